-- What a row is beside its text (a file by its path, a template), as JSON; and the message that it answers.
ALTER TABLE outbox ADD COLUMN enclosed TEXT;
ALTER TABLE outbox ADD COLUMN reply_to TEXT;
