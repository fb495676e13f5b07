-- The message that was stored for a request with an Idempotency-Key, from just before it is given to the channel.
ALTER TABLE answered_keys ADD COLUMN message_id TEXT;
