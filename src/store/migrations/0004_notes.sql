-- What stands in the composer as a note to the team is kept apart from what is written to the customer.
CREATE TABLE note_drafts (
    conversation TEXT NOT NULL,
    owner TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (conversation, owner)
) STRICT, WITHOUT ROWID;
