-- Blobs that were put together lie one after the other in a file blobs/packs/<pack>, a positive
-- random number in hexadecimal digits. NULL: the bytes are in this row or in a file of their own.
ALTER TABLE blobs ADD COLUMN pack INTEGER;
-- Where in its pack a blob begins, in bytes.
ALTER TABLE blobs ADD COLUMN pack_offset INTEGER;
