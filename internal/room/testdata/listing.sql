-- An organisation with 100,000 rooms of two years and 1,000,000 messages, for BenchmarkList. Rooms are busy for some
-- weeks after they were opened; those that are quiet for 90 days are timed out.

INSERT INTO organizations (id, name, created_at) VALUES ('org_bench', 'Bench', now() - interval '2 years');

-- Twenty agents share the rooms; the last one has a few.
INSERT INTO members (id, organization_id, email, email_key, first_name, last_name, password_hash, role, class_of_service, channels, created_at)
SELECT 'mem_' || n, 'org_bench', n || '@bench.example', n || '@bench.example', 'Agent', n::text, '', 'AGENT', 'INTERNAL', '[]', now()
FROM generate_series(0, 20) n;

CREATE TEMPORARY TABLE plan AS
SELECT n, opened, CASE WHEN opened + quiet < now() THEN opened + quiet ELSE opened + (now() - opened) * random() END AS last_at, random() AS luck, random() AS late,
    (random() * 9e18)::bigint AS stream,
    CASE WHEN random() < 0.0003 THEN 20 ELSE floor(random() * 20) END AS agent,
    (ARRAY['Ada','Alan','Alice','Amir','Ana','Barbara','Carl','Charles','Dana','Edsger','Emmy','Frances','Grace','Hedy','Ivan','Jean','Katherine','Leonhard','Mary','Niels'])
        [1 + floor(random() * 20)] AS first_name,
    -- A thousand family names, the first of them common.
    initcap(translate(to_char(floor(1000 * random() ^ 2), 'FM0000'), '0123456789', 'aeiourstln')) || 'berg' AS last_name,
    random() < 0.6 AS by_phone
FROM (SELECT n, now() - interval '2 years' * (1 - n / 100000.0) AS opened, interval '10 days' * -ln(1 - random()) AS quiet FROM generate_series(1, 100000) n) r;

INSERT INTO customers (id, organization_id, first_name, last_name, phone, email, email_key, name_words, created_at, retired_at)
SELECT 'cus_' || n, 'org_bench', first_name, last_name,
    CASE WHEN by_phone THEN '+4474' || lpad((n * 7919 % 100000000)::text, 8, '0') END,
    CASE WHEN NOT by_phone THEN first_name || '.' || last_name || n || '@customer.example' END,
    CASE WHEN NOT by_phone THEN lower(first_name || '.' || last_name || n || '@customer.example') END,
    ('''' || lower(first_name) || ''' ''' || lower(last_name) || '''')::tsvector, opened,
    CASE WHEN luck > 0.93 THEN last_at END
FROM plan WHERE luck > 0.05;

INSERT INTO streams (id, owner_id, last_seq, last_at, active_at)
SELECT stream, 'org_bench', 10, last_at, last_at - interval '10 minutes' * late FROM plan;

-- One in twenty is a draft, four in a hundred have gone into another, three are closed.
INSERT INTO rooms (id, organization_id, name, status, created_at, created_by_id, customer_id, stream_id, merged_into_id)
SELECT 'room_' || lpad(n::text, 26, '0'), 'org_bench', CASE WHEN luck > 0.05 THEN first_name || ' ' || last_name ELSE 'Collaboration Room' END,
    CASE WHEN luck <= 0.05 THEN 'DRAFT' WHEN luck > 0.97 THEN 'CLOSED' WHEN n > 1 AND luck > 0.93 THEN 'MERGED'
        WHEN last_at < now() - interval '90 days' THEN 'TIMED_OUT' ELSE 'ACTIVE' END,
    opened, 'mem_' || agent, CASE WHEN luck > 0.05 THEN 'cus_' || n END, stream,
    CASE WHEN n > 1 AND luck > 0.93 AND luck <= 0.97 THEN 'room_' || lpad((floor(n * late) + 1)::text, 26, '0') END
FROM plan;

INSERT INTO customer_invitations (id, room_id, channel, recipient, status, invited_by_id, created_at)
SELECT 'cinv_' || n, 'room_' || lpad(n::text, 26, '0'), CASE WHEN by_phone THEN 'SMS' ELSE 'EMAIL' END, 'somebody', 'JOINED',
    'mem_' || CASE WHEN late < 0.9 THEN agent ELSE floor(late * 200 - 180) END, opened
FROM plan WHERE luck > 0.05;

INSERT INTO events (id, stream_id, seq, kind, side, actor_id, at, body)
SELECT 'msg_' || n || '_' || seq, stream, seq, 'TEXT', 'MEMBER', 'mem_' || agent, opened + (last_at - opened) * seq / 10,
    'Thank you for waiting. I have your contract in front of me: what would you like to change in it?'
FROM plan, generate_series(1, 10) seq;

DROP TABLE plan;
VACUUM ANALYZE;
