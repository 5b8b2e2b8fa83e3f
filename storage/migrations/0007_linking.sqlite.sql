-- Chats on their way to being tied to a person by a code. Chats, addresses, links and codes stand
-- here as keyed hashes only.
CREATE TABLE chat_linking (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    chat TEXT NOT NULL UNIQUE,
    until BIGINT NOT NULL,
    language TEXT NOT NULL,
    wanted_id BIGINT NOT NULL,
    known_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    expires_at BIGINT,
    tries INT NOT NULL
);
CREATE TABLE link_code (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    chat TEXT NOT NULL,
    place TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX link_code_chat ON link_code (chat, at);
CREATE INDEX link_code_place ON link_code (place, at);

-- Which chat opened an opt-in link first: it is good for no other.
CREATE TABLE opened_link (
    link TEXT NOT NULL PRIMARY KEY,
    chat TEXT NOT NULL,
    at BIGINT NOT NULL
);
