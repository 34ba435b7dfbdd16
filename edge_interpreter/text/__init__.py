"""Words as data: sentences, numbers, spoken forms; pure functions."""
