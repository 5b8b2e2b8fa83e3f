"""``python -m bot embed``: links, QR codes and snippets by which people come to a survey.

Everything is made from config.yaml; the service need not run.
"""
