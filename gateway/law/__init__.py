"""SPINE · the law: the snapshot in force, made of policies, treatments, register and protocols."""
