"""LAW: who may have what, in which form. Pure: keys, day and data are arguments.

``bundle`` loads the Cedar files and refuses what is not whole · ``lists`` and ``register`` are the
dated facts · ``law`` decides, per record class · ``explain`` says why · ``classes`` makes the class of
an incident · ``treatments``, ``operations`` and ``depersonalise`` give it the form that may leave ·
``pseudonym`` names it to one recipient · ``readme`` writes the rules down in plain English.
"""
