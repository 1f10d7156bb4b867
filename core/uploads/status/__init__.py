"""Where uploads stand, for whoever looks: counts, lists, batches and single folders."""
