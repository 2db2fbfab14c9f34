"""Her documents: made from the configuration as it stands, and unable to say anything else.

A document is sections of statements (``model``). A statement is never written: it is drawn from one value of
the configuration by its pointer and a function of that value alone (``bound``, ``words``), so that it cannot
contradict what it states. What is the same whatever is configured is the law's or the gateway's own
(``Said``); what is worked out names the values it is worked out of (``Derived``). What nobody recorded is
said to be missing. One model is written as HTML to print (``html``) and as JSON (``Document.machine``).
"""
