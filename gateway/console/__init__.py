"""EDGE · the pages: server-rendered, complete without JavaScript, nothing from another origin.

*Built*: the stylesheets and scripts that ``make assets`` brought in, by their hashes. *Rendered*: the
templates and the headers of every page. *Words*: values and codes as a reader says them. *Origin*: who may
send a form. *First*: the page ``/``. *Trying*: the visitor's own file. *Faults*: errors for a browser.
"""
