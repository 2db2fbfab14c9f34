"""Answers as files: one module a form, from batches of columns into a binary sink.

Each writer takes the batches one after the other and keeps none; equal batches and an equal ``About`` give
equal bytes. What a file says about itself (what it is, as of when, under which power, its marking, its
columns) travels inside it where the form has a place for that.
"""
