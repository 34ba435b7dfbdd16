"""The one interpretation pipeline: queues, stages, ordering, policies."""
