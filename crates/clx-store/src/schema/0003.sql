-- CRC-32 of a blob that lies in a pack, computed from the bytes that its hash was computed from. NULL: the
-- blob is older, and its bytes are compared with its hash.
ALTER TABLE blobs ADD COLUMN pack_crc INTEGER;
