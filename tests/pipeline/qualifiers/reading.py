"""Notes read by a pipeline under test, and what it says of their entities."""


def read(nlp, text, note=None, birth=None):
    doc = nlp.make_doc(text)
    doc._.note_datetime, doc._.birth_datetime = note, birth
    return nlp(doc)


def values(doc):
    return [entity._.history for entity in doc.ents]
