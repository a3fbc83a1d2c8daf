"""The steps of a run, chained: the only room where data, notes, models, training, answers and scores meet."""
