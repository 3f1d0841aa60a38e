"""Making and measuring the models.

``classifier``, ``detector`` and ``embedder`` are the three trainings, with the same six modules
each: ``train`` (read it first), ``dataset``, ``augment``, ``batches``, ``loop`` and ``export``.
``enrolment`` adds characters without training, ``evaluation`` measures, ``collection`` gathers
faces to train on, and ``study`` repeats the original study. What they share stands beside this
file, and imports none of them.
"""
