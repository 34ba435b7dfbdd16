"""Sound that enters at the box itself: files, pipes, microphones."""
