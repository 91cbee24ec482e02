/* Every statement of the ledger. */
#include "store/sqlite/statement_text.h"

#define METER_COLUMNS                                                                                                  \
    "SELECT m.id, m.pan, m.organisation, m.utility, m.state, m.sgc, m.krn, m.ti, m.kt, m.ken, m.ea, m.dkga, "          \
    "m.base_date, t.last_tid, m.registered_at_unix_s, m.currency, coalesce(m.pending_change, 0), m.wanted_sgc, "       \
    "m.wanted_krn, m.wanted_kt, m.wanted_ti, m.key_version, t.last_sale FROM meter m JOIN meter_tid t "                \
    "ON t.meter = m.id "
#define SALE_COLUMNS                                                                                                   \
    "SELECT t.organisation, t.name, s.receipt, s.principal, s.request_id, s.digest, s.meter, s.tid, s.carrier, "       \
    "s.subclass, s.requested, s.encoded, s.digits, s.tag, s.vending_kcv, s.issued_at_unix_s, s.sgc, s.krn, s.ti, "     \
    "s.kt, s.ken, s.ea, s.dkga, s.base_date, s.id, s.previous, s.kind, coalesce(s.key_change, 0) "                     \
    "FROM sale s JOIN terminal t ON t.id = s.id >> 40 "
#define RECORD_COLUMNS                                                                                                 \
    "id, meter, epoch, kind, sequence, principal, request_id, part, parts, digest, amount, arrears, "                  \
    "coalesce(nonce, zeroblob(8)), bytes, issued_at_unix_s "
#define CARD_COLUMNS                                                                                                   \
    "SELECT id, uid, kind, state, organisation, coalesce(meter, 0), domain, version, denied, because, issuer, "        \
    "office, "                                                                                                         \
    "meter_key, area, transport, uses, round, since_unix_s, used_unix_s FROM card "
#define CARD_CONTENT_COLUMNS                                                                                           \
    "SELECT id, card, hash, purchase, principal, request_id, noted_unix_s, confirmed_unix_s IS NOT NULL "              \
    "FROM card_content WHERE card = ? "
#define PROPOSAL_COLUMNS                                                                                               \
    "p.id, p.text, p.from_sgc, p.to_sgc, p.pan, p.expires_unix_s, p.proposer, p.proposed_at_unix_s "
#define APPROVAL_COLUMNS "a.id, a.proposal, a.principal, a.certificate, a.signature, a.approved_at_unix_s "

#define ACCOUNT_COLUMNS                                                                                                \
    "SELECT a.id, a.number, a.organisation, a.meter, m.pan, v.name, v.address, v.contact, v.reference, "               \
    "v.tariff_class, a.state, a.version, f.at_unix_s, t.balance FROM account a JOIN account_version v "                \
    "ON v.account = a.id AND v.version = a.version JOIN account_version f ON f.account = a.id AND f.version = 1 "      \
    "JOIN account_tally t ON t.account = a.id JOIN meter m ON m.id = a.meter "

/* Of those of the caller's, some state and a text in it; by rising number. */
#define ACCOUNT_MATCHES                                                                                                \
    "+a.organisation IN (SELECT value FROM json_each(?3)) AND (?4 = 0 OR a.state = ?4) AND (?5 = '' OR "               \
    "instr(lower(a.number || char(10) || m.pan || char(10) || v.name || char(10) || v.address || char(10) || "         \
    "v.contact || char(10) || v.reference), lower(?5)) > 0) ORDER BY a.number LIMIT ?6"

/* The numbers from ?1 until below ?2 of the organisations ?3, by rising number, and no others are looked at: each
 * organisation waits in the queue with its next number, ?2 when it has no more. */
#define ACCOUNT_WALK                                                                                                   \
    "WITH RECURSIVE walk (number, organisation) AS (SELECT coalesce((SELECT min(number) FROM account "                 \
    "WHERE organisation = o.value AND number >= ?1 AND number < ?2), ?2), o.value FROM json_each(?3) o "               \
    "UNION ALL SELECT coalesce((SELECT min(number) FROM account WHERE organisation = walk.organisation "               \
    "AND number > walk.number AND number < ?2), ?2), organisation FROM walk WHERE number < ?2 ORDER BY 1 LIMIT "

#define DEBT_COLUMNS                                                                                                   \
    "SELECT d.id, d.account, d.outstanding, d.taken_at_unix_s, t.priority, t.label, t.rule, t.amount, t.percent_e4 "   \
    "FROM debt d JOIN debt_terms t ON t.act = d.terms "

#define ACT_COLUMNS                                                                                                    \
    "SELECT id, principal, request_id, digest, account, kind, amount, coalesce(debt, 0), coalesce(other, 0), "         \
    "payment, terminal, reason, balance, deposit, owed, at_unix_s FROM account_act "

#define VENDOR_COLUMNS                                                                                                 \
    "SELECT v.organisation, v.deposits, v.entries, v.balance, v.day, v.day_sold, "                                     \
    "(SELECT coalesce(max(version), 0) FROM vendor_terms WHERE vendor = v.organisation), v.terms FROM vendor v "

#define DEPOSIT_COLUMNS                                                                                                \
    "SELECT d.vendor, d.number, d.takes_back, d.amount, d.slip, d.request_id, d.principal, d.at_unix_s, e.balance, "   \
    "EXISTS (SELECT 1 FROM vendor_deposit b WHERE b.vendor = d.vendor AND b.takes_back = d.number AND d.number <> 0) " \
    "FROM vendor_deposit d JOIN vendor_entry e ON e.vendor = d.vendor AND e.deposit = d.number "

#define BATCH_COLUMNS                                                                                                  \
    "SELECT b.id, b.kind, b.organisation, b.terminal, b.number, b.principal, b.request_id, b.started_at_unix_s, "      \
    "coalesce(e.principal, 0), coalesce(e.ended_at_unix_s, 0) FROM batch b LEFT JOIN batch_end e ON e.batch = b.id "

/* Of one till and, unless 0, one person. */
#define BATCH_RANGE " s.id > ?1 AND s.id <= ?2 AND (?3 = 0 OR s.principal = ?3) "

#define VOID_COLUMNS                                                                                                   \
    "SELECT v.record, r.sequence, s.sequence, s.amount, s.principal, s.request_id, coalesce(e.taken, 0) "              \
    "FROM record r JOIN record_void v ON v.record = r.id JOIN record s ON s.id = v.voided "                            \
    "LEFT JOIN record_void_end e ON e.record = v.record "
/* of the sale whose number follows */
#define SALE_IS_VOID                                                                                                   \
    "SELECT 1 FROM sale sold JOIN record r ON r.principal = sold.principal AND r.request_id = sold.request_id "        \
    "JOIN record_void v ON v.voided = r.id JOIN record_void_end e ON e.record = v.record AND e.taken = 0 "             \
    "WHERE sold.id = "

#define CLAIM_COLUMNS                                                                                                  \
    "SELECT c.id, c.kind, c.account, c.meter, coalesce(c.sale, 0), c.amount, c.reason, c.principal, c.at_unix_s, "     \
    "(SELECT count(*) FROM claim_approval WHERE claim = c.id), "                                                       \
    "coalesce((SELECT id FROM account_act WHERE other = c.id AND kind = 9), 0), "                                      \
    "coalesce((SELECT sale FROM free_issue WHERE claim = c.id), 0), "                                                  \
    "EXISTS (SELECT 1 FROM claim_proof WHERE claim = c.id) OR EXISTS (" SALE_IS_VOID "c.sale) FROM claim c "

#define TARIFF_COLUMNS                                                                                                 \
    "SELECT v.id, t.name, v.version, t.organisation, t.utility, v.kind, v.valid_from_unix_s, "                         \
    "v.free_units_per_month, v.free_carry_months, v.fixed_charge_per_month, v.minimum_purchase, "                      \
    "v.maximum_purchase, v.round_to, v.rounding, v.doubt, v.principal, v.put_at_unix_s, coalesce(a.principal, 0), "    \
    "coalesce(a.approved_at_unix_s, 0), coalesce(d.principal, 0), coalesce(d.reason, ''), "                            \
    "coalesce(d.dismissed_at_unix_s, 0) FROM tariff t JOIN tariff_version v ON v.tariff = t.id "                       \
    "LEFT JOIN tariff_approval a ON a.tariff_version = v.id LEFT JOIN tariff_dismissal d ON d.tariff_version = v.id "
#define TARIFF_WAITS                                                                                                   \
    "v.doubt <> '' AND a.principal IS NULL AND d.principal IS NULL AND v.put_at_unix_s >= ? AND NOT EXISTS ("          \
    "SELECT 1 FROM tariff_version n LEFT JOIN tariff_approval o ON o.tariff_version = n.id "                           \
    "WHERE n.tariff = v.tariff AND n.version > v.version AND (n.doubt = '' OR o.principal NOT NULL)) "

#define ASSIGNMENT_SINCE "max(a.valid_from_unix_s, a.assigned_at_unix_s, coalesce(p.approved_at_unix_s, 0))"
#define ASSIGNMENT_ROWS                                                                                                \
    "SELECT a.id, coalesce(t.name, ''), a.valid_from_unix_s, a.doubt, a.principal, a.assigned_at_unix_s, "             \
    "coalesce(p.principal, 0), coalesce(p.approved_at_unix_s, 0), " ASSIGNMENT_SINCE                                   \
    ", a.organisation, a.utility, a.class, coalesce(d.principal, 0), coalesce(d.reason, ''), "                         \
    "coalesce(d.dismissed_at_unix_s, 0) FROM tariff_assignment a LEFT JOIN tariff t ON t.id = a.tariff "               \
    "LEFT JOIN tariff_assignment_approval p ON p.assignment = a.id "                                                   \
    "LEFT JOIN tariff_assignment_dismissal d ON d.assignment = a.id "
#define ASSIGNMENT_WAITS                                                                                               \
    "a.doubt <> '' AND p.principal IS NULL AND d.principal IS NULL AND a.assigned_at_unix_s >= ? AND NOT EXISTS ("     \
    "SELECT 1 FROM tariff_assignment n WHERE n.organisation = a.organisation AND n.utility = a.utility "               \
    "AND n.class = a.class AND n.id > a.id "                                                                           \
    "AND NOT EXISTS (SELECT 1 FROM tariff_assignment_dismissal WHERE assignment = n.id)) "
#define ASSIGNMENT_COLUMNS ASSIGNMENT_ROWS "WHERE a.organisation = ? AND a.utility = ? AND a.class = ? "
#define ASSIGNMENT_COUNTS  "AND (a.doubt = '' OR p.principal NOT NULL) "

const struct sql_text sqlite_texts[SQL_COUNT] = {
    [SQL_BEGIN_READ] = {"ledger begin", "BEGIN"},
    [SQL_BEGIN_WRITE] = {"ledger begin", "BEGIN IMMEDIATE"},
    [SQL_COMMIT] = {"ledger commit", "COMMIT"},
    [SQL_STATE_GET] = {"ledger state",
                       "SELECT last_time_unix_s, catalogue_generation, clock_unconfirmed FROM ledger WHERE one = 1"},
    [SQL_STATE_PUT] = {"ledger state", "UPDATE ledger SET last_time_unix_s = ?, catalogue_generation = ?, "
                                       "clock_unconfirmed = ? WHERE one = 1"},
    [SQL_ORGANISATIONS] = {"organisation", "SELECT id, coalesce(parent, 0), name FROM organisation ORDER BY id"},
    [SQL_ORGANISATION_INSERT] = {"organisation", "INSERT INTO organisation (parent, name) VALUES (?, ?)"},
    [SQL_GRANTS] = {"grant", "SELECT organisation, sgc FROM supply_group_grant ORDER BY organisation, sgc"},
    [SQL_GRANT_INSERT] = {"grant", "INSERT INTO supply_group_grant VALUES (?, ?) ON CONFLICT DO NOTHING"},
    [SQL_GRANT_DELETE] = {"grant", "DELETE FROM supply_group_grant WHERE organisation = ? AND sgc = ?"},
    [SQL_PRINCIPALS] = {"principal", "SELECT id, organisation, name, roles, enabled FROM principal ORDER BY name"},
    [SQL_PRINCIPAL_INSERT] = {"principal",
                              "INSERT INTO principal (organisation, name, roles, enabled) VALUES (?, ?, ?, ?)"},
    [SQL_PRINCIPAL_UPDATE] = {"principal", "UPDATE principal SET organisation = ?, name = ?, roles = ?, enabled = ? "
                                           "WHERE id = ?"},
    [SQL_METER_BY_PAN] = {"meter", METER_COLUMNS "WHERE m.pan = ?"},
    [SQL_METER_BY_ID] = {"meter", METER_COLUMNS "WHERE m.id = ?"},
    [SQL_METER_FOLLOW] = {"meter",
                          "SELECT m.organisation, m.state, m.key_version, t.last_tid, t.last_sale FROM meter m "
                          "JOIN meter_tid t ON t.meter = m.id WHERE m.id = ?"},
    [SQL_METER_INSERT] = {"meter", "INSERT INTO meter (pan, organisation, utility, state, sgc, krn, ti, kt, ken, ea, "
                                   "dkga, base_date, registered_at_unix_s, currency) "
                                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_METER_TID_INSERT] = {"meter", "INSERT INTO meter_tid (meter, last_tid) VALUES (?, ?)"},
    /* the plus signs keep the walk in the order of the PAN's index: a page costs the rows that it passes, not all */
    [SQL_METERS] = {"meter", METER_COLUMNS "WHERE m.pan > ?1 AND (?2 = '' OR +m.sgc = ?2) "
                                           "AND +m.organisation IN (SELECT value FROM json_each(?3)) "
                                           "AND (?5 = 0 OR m.krn = ?5) AND (?6 = 0 OR m.pending_change IS NOT NULL) "
                                           "ORDER BY m.pan LIMIT ?4"},
    [SQL_METER_ASSIGN] = {"meter", "UPDATE meter SET wanted_sgc = ?, wanted_krn = ?, wanted_kt = ?, wanted_ti = ?, "
                                   "key_version = key_version + 1 WHERE id = ?"},
    [SQL_METER_KEYS] = {"meter key", "SELECT sequence, sgc, krn, ti, kt, ken, ea, dkga, base_date, since_unix_s, "
                                     "coalesce(key_change, 0), rollover FROM meter_key WHERE meter = ? "
                                     "ORDER BY sequence"},
    [SQL_KEY_CHANGE_INSERT] = {"key change",
                               "INSERT INTO key_change (meter, from_sgc, from_krn, from_ti, from_kt, from_ken, ea, "
                               "from_dkga, from_base_date, to_sgc, to_krn, to_ti, to_kt, to_ken, to_dkga, "
                               "to_base_date, rollover, digits, tags, from_kcv, to_kcv, issued_at_unix_s, principal, "
                               "approval) VALUES "
                               "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_KEY_CHANGE_GET] =
        {"key change", "SELECT c.id, c.meter, from_sgc, from_krn, from_ti, from_kt, from_ken, ea, from_dkga, "
                       "from_base_date, to_sgc, to_krn, to_ti, to_kt, to_ken, ea, to_dkga, to_base_date, rollover, "
                       "digits, tags, from_kcv, to_kcv, issued_at_unix_s, c.principal, coalesce(approval, 0), "
                       "coalesce(outcome, 0), coalesce(ended_at_unix_s, 0) "
                       "FROM key_change c LEFT JOIN key_change_end e ON e.key_change = c.id WHERE c.id = ?"},
    [SQL_KEY_CHANGE_END] = {"key change", "INSERT INTO key_change_end VALUES (?, ?, ?, ?, ?)"},
    /* from meter to its keys, in the order of the PAN's index: see SQL_METERS */
    [SQL_EXPOSED] =
        {"exposed meters",
         "SELECT m.pan, m.organisation, min(k.since_unix_s), "
         "(m.sgc, m.krn, m.kt) = (?2, ?3, ?4) OR coalesce((p.to_sgc, p.to_krn, p.to_kt) = (?2, ?3, ?4), 0), "
         "coalesce((SELECT max(e.ended_at_unix_s) FROM meter_key h JOIN key_change c ON c.id = h.key_change "
         "JOIN key_change_end e ON e.key_change = c.id WHERE h.meter = m.id AND "
         "CASE e.outcome WHEN 1 THEN (c.from_sgc, c.from_krn, c.from_kt) = (?2, ?3, ?4) "
         "ELSE (c.to_sgc, c.to_krn, c.to_kt) = (?2, ?3, ?4) END), 0) "
         "FROM meter m CROSS JOIN meter_key k ON k.meter = m.id "
         "LEFT JOIN key_change p ON p.id = m.pending_change "
         "WHERE m.pan > ?1 AND (k.sgc, k.krn, k.kt) = (?2, ?3, ?4) "
         "AND +m.organisation IN (SELECT value FROM json_each(?5)) "
         "GROUP BY m.pan ORDER BY m.pan LIMIT ?6"},
    [SQL_PROPOSAL_INSERT] = {"proposal", "INSERT INTO proposal (text, from_sgc, to_sgc, pan, expires_unix_s, proposer, "
                                         "proposed_at_unix_s) VALUES (?, ?, ?, ?, ?, ?, ?)"},
    [SQL_PROPOSAL_GET] = {"proposal", "SELECT " PROPOSAL_COLUMNS "FROM proposal p WHERE p.id = ?"},
    [SQL_PROPOSALS] = {"proposal",
                       "SELECT " PROPOSAL_COLUMNS "FROM proposal p WHERE p.id < ? ORDER BY p.id DESC LIMIT ?"},
    [SQL_APPROVAL_INSERT] = {"approval", "INSERT INTO approval (proposal, principal, certificate, signature, "
                                         "approved_at_unix_s) VALUES (?, ?, ?, ?, ?)"},
    [SQL_APPROVALS] = {"approval", "SELECT " APPROVAL_COLUMNS "FROM approval a WHERE a.proposal = ? ORDER BY a.id"},
    [SQL_APPROVAL_COVERING] = {"approval", "SELECT " PROPOSAL_COLUMNS ", " APPROVAL_COLUMNS
                                           "FROM proposal p JOIN approval a ON a.proposal = p.id "
                                           "WHERE p.pan IN ('', ?1) AND p.from_sgc = ?2 AND p.to_sgc = ?3 "
                                           "AND p.expires_unix_s > ?4 ORDER BY a.id DESC"},
    [SQL_VERIFY_GET] = {"verify", "SELECT wrong, locked_until_unix_s FROM meter_verify WHERE meter = ?"},
    [SQL_VERIFY_PUT] = {"verify", "INSERT INTO meter_verify VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                                  "wrong = excluded.wrong, locked_until_unix_s = excluded.locked_until_unix_s"},
    [SQL_PRINCIPAL_VERIFY_GET] = {"verify",
                                  "SELECT wrong, locked_until_unix_s FROM principal_verify WHERE principal = ?"},
    [SQL_PRINCIPAL_VERIFY_PUT] = {"verify",
                                  "INSERT INTO principal_verify VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                                  "wrong = excluded.wrong, locked_until_unix_s = excluded.locked_until_unix_s"},
    [SQL_TERMINAL] = {"terminal", "SELECT id FROM terminal WHERE organisation = ? AND name = ?"},
    [SQL_TERMINAL_COUNT] = {"terminal", "SELECT count(*) FROM terminal WHERE organisation = ?"},
    [SQL_TERMINAL_INSERT] = {"terminal", "INSERT INTO terminal (organisation, name) VALUES (?, ?)"},
    [SQL_SALE_PLACE] = {"sale", "SELECT coalesce((SELECT id FROM sale WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT "
                                "1), 0), coalesce((SELECT last_sale FROM meter_tid WHERE meter = ?), 0)"},
    [SQL_SALE_INSERT] = {"sale", "INSERT INTO sale (id, principal, request_id, digest, meter, tid, carrier, subclass, "
                                 "requested, encoded, digits, tag, vending_kcv, issued_at_unix_s, sgc, krn, ti, kt, "
                                 "ken, ea, dkga, base_date, previous, kind, key_change) VALUES "
                                 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_SALE_BY_REQUEST] = {"sale", SALE_COLUMNS "WHERE s.principal = ? AND s.request_id = ?"},
    [SQL_SALE_BY_ID] = {"sale", SALE_COLUMNS "WHERE s.id = ?"},
    [SQL_SALE_LAST] = {"sale", SALE_COLUMNS "WHERE s.id = "
                                            "(SELECT sale FROM last_sale WHERE principal = ? AND terminal_name = ?)"},
    [SQL_SALE_BEFORE] = {"sale", SALE_COLUMNS "WHERE s.id = CASE ?2 "
                                              "WHEN 0 THEN (SELECT last_sale FROM meter_tid WHERE meter = ?1) "
                                              "ELSE (SELECT previous FROM sale WHERE id = ?2 AND meter = ?1) END"},
    [SQL_REQUEST_EXISTS] = {"sale", "SELECT 1 FROM sale WHERE principal = ? AND request_id = ?"},
    [SQL_RECORD_METER_GET] = {"record meter",
                              "SELECT domain, mac_version, enc_version, epoch, client IS NOT NULL, "
                              "coalesce(client, zeroblob(6)), next_mac_version, "
                              "next_enc_version, next_epoch, other_mac_version, other_enc_version, other_epoch "
                              "FROM record_meter WHERE meter = ?"},
    [SQL_RECORD_DOMAIN_METERS] = {"domain", "SELECT m.organisation FROM record_meter r CROSS JOIN meter m "
                                            "ON m.id = r.meter WHERE r.domain = ?"},
    [SQL_RECORD_METER_INSERT] = {"record meter", "INSERT INTO record_meter (meter, domain, mac_version, enc_version, "
                                                 "epoch) VALUES (?, ?, ?, ?, ?)"},
    [SQL_RECORD_METER_UPDATE] =
        {"record meter", "UPDATE record_meter SET domain = ?, mac_version = ?, enc_version = ?, epoch = ?, client = ?, "
                         "next_mac_version = ?, next_enc_version = ?, next_epoch = ?, other_mac_version = ?, "
                         "other_enc_version = ?, other_epoch = ? "
                         "WHERE meter = ?"},
    [SQL_RECORD_INSERT] = {"record", "INSERT INTO record (meter, epoch, kind, sequence, principal, request_id, part, "
                                     "parts, digest, amount, arrears, nonce, bytes, issued_at_unix_s) "
                                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_RECORD_LAST] = {"record", "SELECT sequence FROM record WHERE meter = ? AND epoch = ? AND kind = ? "
                                   "ORDER BY sequence DESC LIMIT 1"},
    [SQL_RECORD_GET] = {"record", "SELECT " RECORD_COLUMNS "FROM record WHERE meter = ? AND epoch = ? AND kind = ? "
                                  "AND sequence = ?"},
    [SQL_RECORD_FLOOR_GET] = {"record floor",
                              "SELECT sequence FROM record_floor WHERE meter = ? AND epoch = ? AND kind = ?"},
    [SQL_RECORD_FLOOR_PUT] = {"record floor", "INSERT INTO record_floor VALUES (?, ?, ?, ?) "
                                              "ON CONFLICT DO UPDATE SET sequence = excluded.sequence"},
    [SQL_RECORD_BEFORE] = {"record",
                           "SELECT sequence FROM record WHERE meter = ? AND epoch = ? AND kind = ? AND id < ? "
                           "ORDER BY sequence DESC LIMIT 1"},
    [SQL_RECORD_ANY] = {"record", "SELECT 1 FROM record WHERE meter = ? LIMIT 1"},
    [SQL_RECORDS_BY_REQUEST] = {"record", "SELECT " RECORD_COLUMNS "FROM record WHERE principal = ? AND request_id = ? "
                                          "ORDER BY part"},
    [SQL_RECORD_LAST_READ] = {"record", "SELECT " RECORD_COLUMNS "FROM record WHERE meter = ? AND epoch = ? "
                                        "AND kind = 4 ORDER BY sequence DESC LIMIT 1"},
    [SQL_RETURN_INSERT] = {"record return", "INSERT INTO record_return (meter, epoch, sequence, bytes, answers, "
                                            "principal, received_at_unix_s) VALUES (?, ?, ?, ?, ?, ?, ?)"},
    [SQL_RETURN_LAST] = {"record return", "SELECT sequence, bytes, coalesce(answers, 0), principal, received_at_unix_s "
                                          "FROM record_return WHERE meter = ? AND epoch = ? "
                                          "ORDER BY sequence DESC LIMIT 1"},
    [SQL_RECORDS_FROM] = {"record", "SELECT " RECORD_COLUMNS "FROM record WHERE meter = ? AND epoch = ? AND kind = ? "
                                    "AND sequence >= ? ORDER BY sequence LIMIT ?"},
    [SQL_RETURNS_BEFORE] = {"record return",
                            "SELECT r.meter, r.epoch, r.sequence, r.bytes, coalesce(r.answers, 0), r.principal, "
                            "r.received_at_unix_s, coalesce(q.sequence, 0) FROM record_return r "
                            "LEFT JOIN record q ON q.id = r.answers WHERE r.meter = ? "
                            "AND (r.epoch, r.sequence) < (?, ?) ORDER BY r.epoch DESC, r.sequence DESC LIMIT ?"},
    [SQL_CARD_METER_GET] = {"card keys", "SELECT key_version, area_version, last_version FROM card_meter "
                                         "WHERE meter = ?"},
    [SQL_CARD_METER_PUT] = {"card keys",
                            "INSERT INTO card_meter (meter, key_version, area_version, last_version) "
                            "VALUES (?, ?, ?, ?) ON CONFLICT (meter) DO UPDATE SET key_version = excluded.key_version, "
                            "area_version = excluded.area_version, last_version = excluded.last_version"},
    [SQL_CARD_BY_UID] = {"card", CARD_COLUMNS "WHERE uid = ?"},
    [SQL_CARD_OF_METER] = {"card", CARD_COLUMNS "WHERE meter = ? AND denied < 2"},
    [SQL_CARD_INSERT] =
        {"card", "INSERT INTO card (kind, state, organisation, meter, domain, version, denied, because, issuer, "
                 "office, meter_key, area, transport, uses, round, since_unix_s, used_unix_s, uid) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_CARD_UPDATE] = {"card",
                         "UPDATE card SET kind = ?, state = ?, organisation = ?, meter = ?, domain = ?, version = ?, "
                         "denied = ?, because = ?, issuer = ?, office = ?, meter_key = ?, area = ?, transport = ?, "
                         "uses = ?, round = ?, since_unix_s = ?, used_unix_s = ? WHERE id = ?"},
    [SQL_CARDS_AFTER] = {"card", CARD_COLUMNS "WHERE uid > ?1 AND organisation IN (SELECT value FROM json_each(?2)) "
                                              "AND (?3 = 0 OR meter = ?3) AND (?4 = 0 OR denied > 0) "
                                              "ORDER BY uid LIMIT ?5"},
    [SQL_CARD_CONTENT_NOTE] = {"card content",
                               "INSERT INTO card_content (card, hash, purchase, principal, request_id, noted_unix_s) "
                               "VALUES (?, ?, ?, ?, ?, ?)"},
    [SQL_CARD_CONTENT_FIND] = {"card content", CARD_CONTENT_COLUMNS "AND hash = ? ORDER BY id DESC LIMIT 1"},
    [SQL_CARD_CONTENT_LAST] = {"card content",
                               CARD_CONTENT_COLUMNS "AND confirmed_unix_s IS NOT NULL ORDER BY id DESC LIMIT 1"},
    [SQL_CARD_CONTENT_CONFIRM] = {"card content", "UPDATE card_content SET confirmed_unix_s = ? WHERE id = ?"},
    /* the first purchase that a card took since the account was closed, or ever, is the one that opened it */
    [SQL_CARD_EVENT_INSERT] =
        {"card", "INSERT INTO card_event (meter, card, kind, purchase, other, reason, principal, at_unix_s) "
                 "SELECT ?1, ?2, iif(?3 = 3 AND coalesce((SELECT kind FROM card_event WHERE meter = ?1 "
                 "AND kind IN (2, 3, 7) ORDER BY id DESC LIMIT 1), 7) = 7, 2, ?3), ?4, ?5, ?6, ?7, ?8"},
    [SQL_CARD_KEY_USES] = {"card key", "SELECT uses FROM card_key_use WHERE label = ?"},
    [SQL_CARD_KEY_USED] = {"card key", "INSERT INTO card_key_use (label, uses) VALUES (?, 1) "
                                       "ON CONFLICT (label) DO UPDATE SET uses = uses + 1"},
    [SQL_METER_STATE] = {"meter", "UPDATE meter SET state = ?, key_version = key_version + 1 WHERE id = ?"},
    [SQL_ACCOUNT_BY_NUMBER] = {"account", ACCOUNT_COLUMNS "WHERE a.number = ?"},
    [SQL_ACCOUNT_BY_METER] = {"account", ACCOUNT_COLUMNS "WHERE a.meter = ? AND a.state <> 3"},
    [SQL_ACCOUNT_BY_ID] = {"account", ACCOUNT_COLUMNS "WHERE a.id = ?"},
    [SQL_ACCOUNT_FIRST] = {"account", "SELECT name, address, contact, reference, tariff_class FROM account_version "
                                      "WHERE account = ? AND version = 1"},
    [SQL_ACCOUNT_CLASS_SINCE] =
        {"account", "SELECT v.at_unix_s, iif(v.version = 1, 0, v.principal) FROM account_version v JOIN "
                    "account_version c ON c.account = v.account "
                    "JOIN account a ON a.id = c.account AND a.version = c.version WHERE v.account = ?1 AND v.version > "
                    "(SELECT coalesce(max(o.version), 0) FROM account_version o WHERE o.account = ?1 "
                    "AND o.tariff_class <> c.tariff_class) ORDER BY v.version LIMIT 1"},
    [SQL_ACCOUNT_CLASS_AT] = {"account", "SELECT tariff_class, at_unix_s FROM account_version WHERE account = ? "
                                         "AND at_unix_s <= ? ORDER BY version DESC LIMIT 1"},
    [SQL_ACCOUNT_HAD_METER] = {"account", "SELECT 1 FROM account_version WHERE account = ? AND meter = ?"},
    [SQL_ACCOUNT_INSERT] = {"account", "INSERT INTO account (number, organisation, meter, state, version) "
                                       "VALUES (?, ?, ?, 1, 0)"},
    [SQL_ACCOUNT_VERSION_INSERT] = {"account", "INSERT INTO account_version VALUES "
                                               "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_ACCOUNTS] = {"account", ACCOUNT_WALK "?7) " ACCOUNT_COLUMNS
                                              "WHERE a.number IN (SELECT number FROM walk) AND " ACCOUNT_MATCHES},
    [SQL_ACCOUNTS_END] = {"account", ACCOUNT_WALK "?4) SELECT max(number) FROM walk WHERE number < ?2 "
                                                  "HAVING count(*) = ?4"},
    /* the plus sign keeps it to the meter's index: see SQL_METERS */
    [SQL_ACCOUNTS_OF_METER] = {"account", ACCOUNT_COLUMNS
                               "WHERE a.number >= ?1 AND a.number < ?2 AND a.meter = ?7 AND " ACCOUNT_MATCHES},
    [SQL_ACCOUNT_OWES] = {"account", "SELECT (SELECT coalesce(sum(outstanding), 0) FROM debt WHERE account = ?1), "
                                     "coalesce((SELECT held FROM account_deposit WHERE account = ?1), 0)"},
    [SQL_TRANSFER_SINCE] = {"transfer",
                            "SELECT max(at_unix_s) FROM account_version WHERE account = ? AND kind IN (1, 6)"},
    [SQL_TRANSFER_SALES] =
        {"transfer",
         "SELECT coalesce(s.issued_at_unix_s >= ?2, 0) AS later, count(*), sum(b.free_units + b.paid_units), "
         "sum(b.total), sum(b.energy), sum(b.charges), sum(b.taxes), sum(b.debts) "
         "FROM bill b JOIN sale s ON s.id = b.sale WHERE b.account = ?1 GROUP BY later"},
    /* money and deposit, before the cut and now */
    [SQL_TRANSFER_HELD] =
        {"transfer",
         "SELECT coalesce((SELECT sum(amount) FROM account_entry WHERE account = ?1 AND at_unix_s < ?2), 0), "
         "(SELECT balance FROM account_tally WHERE account = ?1), "
         "coalesce((SELECT deposit FROM account_act WHERE account = ?1 AND at_unix_s < ?2 "
         "ORDER BY id DESC LIMIT 1), 0), "
         "coalesce((SELECT held FROM account_deposit WHERE account = ?1), 0)"},
    /* a debt is of the time when it was added */
    [SQL_TRANSFER_DEBTS] =
        {"transfer", DEBT_COLUMNS
         "JOIN account_act a ON a.account = d.account AND a.debt = d.id AND a.kind IN (1, 11) WHERE d.account = ?1 "
         "AND d.outstanding > 0 AND (a.at_unix_s >= ?2) = ?3 ORDER BY t.priority, d.id"},
    [SQL_TRANSFER_INSERT] = {"transfer", "INSERT INTO account_transfer VALUES (?, ?, ?, ?, ?, ?, ?)"},
    [SQL_TRANSFER_PART_INSERT] = {"transfer", "INSERT INTO account_transfer_part VALUES (?, ?, ?, ?)"},
    [SQL_TRANSFER_GET] = {"transfer",
                          "SELECT account, next, cut_unix_s, balance, charged_through, principal, at_unix_s "
                          "FROM account_transfer WHERE account = ?"},
    [SQL_TRANSFER_PARTS] = {"transfer", "SELECT what, before, after FROM account_transfer_part WHERE account = ? "
                                        "ORDER BY what"},
    [SQL_TRANSFER_TO] = {"transfer", "SELECT charged_through, cut_unix_s FROM account_transfer WHERE next = ?"},
    [SQL_TRANSFER_BOUGHT] = {"transfer", "SELECT coalesce(sum(b.paid_units), 0) FROM account_transfer t JOIN bill b ON "
                                         "b.account = t.account AND b.month = ?2 JOIN sale s ON s.id = b.sale "
                                         "WHERE t.next = ?1 AND s.issued_at_unix_s >= t.cut_unix_s"},
    [SQL_TIMELINE] =
        {"timeline",
         /* which meters the account had, and when */
         "WITH RECURSIVE came(account, cut) AS MATERIALIZED ("
         "SELECT account, cut_unix_s FROM account_transfer WHERE next = ?1), "
         "went(cut) AS MATERIALIZED (SELECT coalesce((SELECT cut_unix_s FROM account_transfer WHERE account = ?1), "
         "1 << 62)), "
         "span(meter, since, until) AS MATERIALIZED ("
         "SELECT meter, iif(version = 1, coalesce((SELECT cut FROM came), since), since), "
         "min(until, (SELECT cut FROM went)) FROM (SELECT meter, state, version, at_unix_s AS since, "
         "coalesce(lead(at_unix_s) OVER (ORDER BY version), 1 << 62) AS until FROM account_version WHERE account = ?1) "
         "WHERE state <> 3), "
         "orders(id, before, since) AS MATERIALIZED ("
         "SELECT s.id, s.previous, o.since FROM (SELECT meter, min(since) AS since FROM span GROUP BY meter) o "
         "JOIN meter_tid t ON t.meter = o.meter JOIN sale s ON s.id = t.last_sale UNION ALL "
         "SELECT s.id, s.previous, o.since FROM orders o JOIN sale s ON s.id = o.before "
         "WHERE s.issued_at_unix_s >= o.since), "
         "events(at, source, ordinal, kind, principal, text, amount) AS ("
         "SELECT at_unix_s, 1, version, kind, principal, printf('version=%d class=%s name=%s%s%s', version, "
         "tariff_class, "
         "name, iif(note = '', '', ' note='), note), 0 FROM account_version WHERE account = ?1 UNION ALL "
         "SELECT s.issued_at_unix_s, 10, s.id, iif(b.sale IS NULL, 11, 10), s.principal, "
         "printf('receipt=%s/%s/%d order=%s units=%d%s', p.name, c.name, s.receipt, "
         "CASE s.kind WHEN 0 THEN 'credit' WHEN 1 THEN 'management' WHEN 2 THEN 'test' WHEN 4 THEN 'record' "
         "ELSE 'key-change' END, iif(s.kind IN (0, 4), s.encoded, 0), iif(b.sale IS NULL, '', printf(' total=%d "
         "tendered=%d payment=%d', b.total, "
         "b.tendered, b.payment))), coalesce(b.total, 0) "
         "FROM orders o JOIN sale s ON s.id = o.id JOIN terminal c ON c.id = s.id >> 40 "
         "JOIN organisation p ON p.id = c.organisation LEFT JOIN bill b ON b.sale = s.id "
         "WHERE iif(b.sale IS NULL, EXISTS (SELECT 1 FROM span WHERE meter = s.meter AND since <= s.issued_at_unix_s "
         "AND s.issued_at_unix_s < until), b.account = ?1 AND s.issued_at_unix_s < (SELECT cut FROM went) OR EXISTS ("
         "SELECT 1 FROM came WHERE account = b.account AND cut <= s.issued_at_unix_s)) UNION ALL "
         "SELECT c.issued_at_unix_s, 12, c.id, 12, c.principal, printf('key_change=%d sgc=%s->%s krn=%d->%d "
         "ti=%d->%d', "
         "c.id, c.from_sgc, c.to_sgc, c.from_krn, c.to_krn, c.from_ti, c.to_ti), 0 "
         "FROM span o JOIN meter_key k ON k.meter = o.meter JOIN key_change c ON c.id = k.key_change "
         "WHERE c.issued_at_unix_s >= o.since AND c.issued_at_unix_s < o.until UNION ALL "
         "SELECT e.ended_at_unix_s, 13, e.key_change, 13, e.principal, printf('key_change=%d taken=%s', e.key_change, "
         "iif(e.outcome = 1, 'yes', 'no')), 0 "
         "FROM span o JOIN meter_key k ON k.meter = o.meter JOIN key_change_end e ON e.key_change = k.key_change "
         "WHERE e.ended_at_unix_s >= o.since AND e.ended_at_unix_s < o.until UNION ALL "
         "SELECT r.issued_at_unix_s, 14, r.id, 14, r.principal, printf('kind=%d epoch=%d sequence=%d amount=%d', "
         "r.kind, "
         "r.epoch, r.sequence, r.amount), 0 FROM span o JOIN record r ON r.meter = o.meter "
         "WHERE r.issued_at_unix_s >= o.since AND r.issued_at_unix_s < o.until UNION ALL "
         "SELECT r.received_at_unix_s, 15, r.epoch << 32 | r.sequence, 15, r.principal, printf('epoch=%d sequence=%d', "
         "r.epoch, r.sequence), 0 FROM span o JOIN record_return r ON r.meter = o.meter "
         "WHERE r.received_at_unix_s >= o.since AND r.received_at_unix_s < o.until UNION ALL "
         "SELECT e.at_unix_s, 50, e.id, 50 + e.kind, e.principal, printf('card=%s%s%s%s', hex(k.uid), "
         "iif(e.purchase = 0, '', printf(' purchase=%d', e.purchase)), iif(e.other IS NULL, '', printf(' by=%s', "
         "(SELECT hex(uid) FROM card WHERE id = e.other))), iif(e.reason = '', '', ' reason=' || e.reason)), 0 "
         "FROM span o JOIN card_event e ON e.meter = o.meter JOIN card k ON k.id = e.card "
         "WHERE e.at_unix_s >= o.since AND e.at_unix_s < o.until UNION ALL "
         "SELECT at_unix_s, 16, id, 15 + kind, principal, printf('act=%d%s%s%s%s', id, iif(debt IS NULL, '', "
         "printf(' debt=%d owed=%d', debt, owed)), iif(payment = 0, '', printf(' payment=%d', payment)), "
         "printf(' balance=%d deposit=%d', balance, deposit), iif(reason = '', '', ' reason=' || reason)), amount "
         "FROM account_act WHERE account = ?1 UNION ALL "
         "SELECT x.at_unix_s, 40, x.account, 40, x.principal, printf('from=%s to=%s cut=%d balance=%d', f.number, "
         "n.number, x.cut_unix_s, x.balance), x.balance FROM account_transfer x JOIN account f ON f.id = x.account "
         "JOIN account n ON n.id = x.next WHERE x.account = ?1 OR x.next = ?1) "
         "SELECT e.at, e.source, e.ordinal, e.kind, p.name, substr(e.text, 1, 512), e.amount FROM events e "
         "JOIN principal p ON p.id = e.principal WHERE (e.at, e.source, e.ordinal) < (?2, ?3, ?4) "
         "ORDER BY e.at DESC, e.source DESC, e.ordinal DESC LIMIT ?5"},
    [SQL_ACCOUNT_MONTH] = {"account", "SELECT t.last_bill, coalesce(b.month, 0), coalesce(b.month_paid, 0), "
                                      "coalesce(b.month_free, 0), coalesce(b.charged_through, 0), t.entries, t.balance "
                                      "FROM account_tally t LEFT JOIN bill b ON b.sale = t.last_bill "
                                      "WHERE t.account = ?"},
    [SQL_ACCOUNT_FREE] = {"bill", "SELECT month, max(month_free) FROM bill WHERE account = ? AND month >= ? "
                                  "GROUP BY month"},
    /* an account that is not there yet is behind all others */
    [SQL_METER_FREE] = {"bill", "SELECT coalesce(sum((SELECT max(month_free) FROM bill WHERE account = a.id "
                                "AND month = ?3)), 0) FROM account a WHERE a.meter = coalesce((SELECT meter "
                                "FROM account_version WHERE account = ?1 AND version = 1), ?2) AND a.state = 3 "
                                "AND (?1 = 0 OR a.id < ?1)"},
    [SQL_BILL_LINE_INSERT] = {"bill", "INSERT INTO bill_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_BILL_INSERT] = {"bill", "INSERT INTO bill SELECT ?1, ?2, ?3, last_bill, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                                 "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20 FROM account_tally WHERE account = ?2"},
    [SQL_BILL_GET] = {"bill",
                      "SELECT b.account, b.account_version, b.tariff, b.tariff_version, b.free_units, "
                      "b.paid_units, b.sale, b.month, b.month_paid, b.month_free, b.charged_through, b.balance, "
                      "b.total, b.energy, b.charges, b.taxes, b.debts, b.payment, b.tendered, b.change_kept, "
                      "a.number, v.name FROM bill b JOIN account a ON a.id = b.account "
                      "JOIN account_version v ON v.account = b.account AND v.version = b.account_version "
                      "WHERE b.sale = ?"},
    [SQL_BILL_LINES] =
        {"bill", "SELECT kind, label, units, months, rate_e5, percent_e4, amount, coalesce(debt, 0) FROM bill_line "
                 "WHERE sale = ? ORDER BY line"},
    [SQL_DEBT_GET] = {"debt", DEBT_COLUMNS "WHERE d.id = ?"},
    [SQL_DEBTS] = {"debt", DEBT_COLUMNS "WHERE d.account = ?1 AND (?2 OR d.outstanding > 0) ORDER BY t.priority, d.id"},
    [SQL_DEBT_INSERT] = {"debt", "INSERT INTO debt (account, terms, entries, outstanding, taken_at_unix_s) "
                                 "VALUES (?, 0, 0, 0, ?)"},
    [SQL_DEBT_TERMS_INSERT] = {"debt", "INSERT INTO debt_terms VALUES (?, ?, ?, ?, ?, ?, ?)"},
    [SQL_DEPOSIT_GET] = {"account", "SELECT coalesce((SELECT held FROM account_deposit WHERE account = ?), 0)"},
    [SQL_ACT_NEXT] = {"account", "SELECT coalesce(max(id), 0) + 1 FROM account_act"},
    [SQL_ACT_INSERT] = {"account", "INSERT INTO account_act VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_ACT_GET] = {"account", ACT_COLUMNS "WHERE id = ?"},
    [SQL_ACT_BY_REQUEST] = {"account", ACT_COLUMNS "WHERE principal = ? AND request_id = ?"},
    [SQL_SALE_CONFIRMED] = {"sale", "SELECT 1 FROM sale_confirmation WHERE sale = ?"},
    [SQL_SALE_CONFIRM] = {"sale", "INSERT INTO sale_confirmation VALUES (?, ?)"},
    [SQL_REQUEST_CANCELLED] = {"sale", "SELECT 1 FROM cancelled_request WHERE principal = ? AND request_id = ?"},
    [SQL_REQUEST_CANCEL] = {"sale", "INSERT INTO cancelled_request VALUES (?, ?, ?)"},
    [SQL_CLAIM_GET] = {"claim", CLAIM_COLUMNS "WHERE c.id = ?"},
    [SQL_CLAIM_OF_SALE] = {"claim", CLAIM_COLUMNS "WHERE c.sale = ?"},
    [SQL_CLAIMS] = {"claim", CLAIM_COLUMNS "WHERE c.account = ? ORDER BY c.id"},
    [SQL_CLAIM_INSERT] = {"claim", "INSERT INTO claim (kind, account, meter, sale, amount, reason, principal, "
                                   "at_unix_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_CLAIM_APPROVED] = {"claim", "SELECT 1 FROM claim_approval WHERE claim = ? AND principal = ?"},
    [SQL_CLAIM_APPROVE] = {"claim", "INSERT INTO claim_approval VALUES (?, ?, ?)"},
    [SQL_FREE_ISSUE_INSERT] = {"free issue", "INSERT INTO free_issue VALUES (?, ?, ?)"},
    [SQL_READ_MARK_GET] = {"read mark", "SELECT m.account, m.last_tid <> t.last_tid FROM read_mark m "
                                        "JOIN record r ON r.id = m.read_request JOIN meter_tid t ON t.meter = r.meter "
                                        "WHERE m.read_request = ?"},
    [SQL_RETURN_USED] = {"claim proof", "SELECT sequence = ? FROM claim_proof WHERE meter = ? AND epoch = ?"},
    [SQL_CLAIM_PROVE] = {"claim proof", "INSERT INTO claim_proof VALUES (?, ?, ?, ?)"},
    [SQL_REVERSED_ANY] = {"claim", "SELECT 1 FROM claim c WHERE c.account = ? AND c.meter = ? AND c.kind = 1 "
                                   "AND NOT EXISTS (" SALE_IS_VOID "c.sale)"},
    [SQL_VOID_INSERT] = {"record void", "INSERT INTO record_void SELECT v.id, s.id FROM record v JOIN record s "
                                        "ON s.meter = v.meter AND s.epoch = v.epoch AND s.kind = 1 "
                                        "WHERE v.meter = ? AND v.epoch = ? AND v.kind = 1 AND v.sequence = ? "
                                        "AND s.sequence = ?"},
    [SQL_VOID_EXISTS] = {"record void", "SELECT 1 FROM record_void WHERE voided = ?"},
    [SQL_VOIDS_WAITING] = {"record void", VOID_COLUMNS "WHERE r.meter = ? AND r.epoch = ? AND r.kind = 1 "
                                                       "AND r.sequence <= ? AND e.record IS NULL ORDER BY r.sequence"},
    [SQL_VOIDS_ENDED] = {"record void", VOID_COLUMNS "WHERE e.meter = ? AND e.epoch = ? AND e.sequence = ? "
                                                     "ORDER BY r.sequence"},
    [SQL_VOID_END] = {"record void", "INSERT INTO record_void_end VALUES (?, ?, ?, ?, ?)"},
    [SQL_PURCHASES_SUM] = {"record",
                           "SELECT coalesce(sum(r.amount) FILTER (WHERE NOT EXISTS (SELECT 1 FROM record_void v "
                           "JOIN record b ON b.id = v.record LEFT JOIN record_void_end e ON e.record = v.record "
                           "WHERE v.voided = r.id AND b.sequence <= ?3 AND coalesce(e.taken, 0) = 0)), 0), count(*) "
                           "FROM record r WHERE r.meter = ?1 AND r.epoch = ?2 AND r.kind = 1 AND r.sequence <= ?3"},
    [SQL_SALE_IS_VOID] = {"sale", SALE_IS_VOID "?"},
    [SQL_BILL_UNITS] = {"bill", "SELECT b.previous, s.meter, iif(EXISTS (" SALE_IS_VOID
                                "b.sale), 0, b.free_units + b.paid_units), b.energy, b.charges, b.taxes "
                                "FROM bill b JOIN sale s ON s.id = b.sale WHERE b.sale = ?"},
    [SQL_FREE_ISSUE_REASON] = {"free issue", "SELECT reason FROM free_issue WHERE sale = ?"},
    [SQL_OFFICE_GET] = {"office", "SELECT currency, minor_digits, utc_offset_min FROM office WHERE one = 1"},
    [SQL_OFFICE_INSERT] = {"office", "INSERT INTO office VALUES (1, ?, ?, ?, ?, ?)"},
    [SQL_TARIFF_BY_NAME] = {"tariff", "SELECT id, organisation, utility FROM tariff WHERE name = ?"},
    [SQL_TARIFF_INSERT] = {"tariff", "INSERT INTO tariff (name, organisation, utility) VALUES (?, ?, ?)"},
    [SQL_TARIFF_NEXT] = {"tariff", "SELECT (SELECT coalesce(max(id), 0) + 1 FROM tariff_version), "
                                   "coalesce(max(version), 0) + 1 FROM tariff_version WHERE tariff = ?"},
    [SQL_TARIFF_PART_INSERT] = {"tariff", "INSERT INTO tariff_part VALUES (?, ?, ?, ?, ?, ?)"},
    [SQL_TARIFF_VERSION_INSERT] =
        {"tariff", "INSERT INTO tariff_version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_TARIFF_APPROVE] = {"tariff", "INSERT INTO tariff_approval VALUES (?, ?, ?)"},
    [SQL_TARIFF_DISMISS] = {"tariff", "INSERT INTO tariff_dismissal VALUES (?, ?, ?, ?)"},
    [SQL_TARIFFS_WAITING] = {"tariff", TARIFF_COLUMNS "WHERE (t.name, v.version) > (?, ?) AND " TARIFF_WAITS
                                                      "ORDER BY t.name, v.version LIMIT ?"},
    [SQL_TARIFF_ASSIGNMENT_DISMISS] = {"tariff", "INSERT INTO tariff_assignment_dismissal VALUES (?, ?, ?, ?)"},
    [SQL_TARIFF_ASSIGNMENT_GET] = {"tariff", ASSIGNMENT_ROWS "WHERE a.id = ?"},
    [SQL_TARIFF_ASSIGNMENTS] = {"tariff", ASSIGNMENT_ROWS "WHERE a.id > ? ORDER BY a.id LIMIT ?"},
    [SQL_TARIFF_ASSIGNMENTS_WAITING] = {"tariff",
                                        ASSIGNMENT_ROWS "WHERE a.id > ? AND " ASSIGNMENT_WAITS "ORDER BY a.id LIMIT ?"},
    [SQL_TARIFF_ASSIGN] = {"tariff", "INSERT INTO tariff_assignment (organisation, utility, class, tariff, "
                                     "valid_from_unix_s, doubt, principal, assigned_at_unix_s) "
                                     "VALUES (?, ?, ?, (SELECT id FROM tariff WHERE name = ?), ?, ?, ?, ?)"},
    [SQL_TARIFF_ASSIGNED] = {"tariff", ASSIGNMENT_COLUMNS ASSIGNMENT_COUNTS "AND " ASSIGNMENT_SINCE
                                                                            " <= ? ORDER BY a.id DESC LIMIT 1"},
    [SQL_TARIFF_ASSIGNED_LAST] = {"tariff", ASSIGNMENT_COLUMNS "AND d.principal IS NULL ORDER BY a.id DESC LIMIT 1"},
    [SQL_TARIFF_ASSIGNED_AGREED] = {"tariff", ASSIGNMENT_COLUMNS ASSIGNMENT_COUNTS
                                    "ORDER BY p.assignment IS NULL, iif(p.assignment IS NULL, a.id, -a.id) LIMIT 1"},
    [SQL_TARIFF_ASSIGNMENT_APPROVE] = {"tariff", "INSERT INTO tariff_assignment_approval VALUES (?, ?, ?)"},
    [SQL_TARIFF_PARTS] = {"tariff", "SELECT kind, name, a, b FROM tariff_part WHERE tariff_version = ? ORDER BY part"},
    [SQL_TARIFF_GET] = {"tariff", TARIFF_COLUMNS "WHERE t.name = ?1 AND (?2 = 0 OR v.version = ?2) "
                                                 "ORDER BY v.version DESC LIMIT 1"},
    [SQL_TARIFF_IN_FORCE] =
        {"tariff", TARIFF_COLUMNS
         "WHERE t.name = ? AND max(v.valid_from_unix_s, v.put_at_unix_s, coalesce(a.approved_at_unix_s, 0)) <= ? "
         "AND (v.doubt = '' OR a.principal NOT NULL) "
         "ORDER BY v.version DESC LIMIT 1"},
    [SQL_TARIFF_AGREED] = {"tariff",
                           TARIFF_COLUMNS "WHERE t.name = ? AND a.principal NOT NULL ORDER BY v.version DESC LIMIT 1"},
    [SQL_TARIFFS] = {"tariff", TARIFF_COLUMNS "WHERE (t.name, v.version) > (?, ?) ORDER BY t.name, v.version LIMIT ?"},
    [SQL_VENDOR_GET] = {"vendor", VENDOR_COLUMNS "WHERE v.organisation = ?"},
    [SQL_VENDOR_OF] = {"vendor",
                       "WITH RECURSIVE line (id, parent) AS (SELECT id, parent FROM organisation WHERE id = ? "
                       "UNION ALL SELECT o.id, o.parent FROM line l JOIN organisation o ON o.id = l.parent) "
                       "SELECT v.organisation FROM line l JOIN vendor v ON v.organisation = l.id "
                       "WHERE v.terms > 0 LIMIT 1"},
    [SQL_VENDOR_LIST] = {"vendor", "WITH RECURSIVE tree (id) AS (SELECT ?1 "
                                   "UNION ALL SELECT o.id FROM tree t JOIN organisation o ON o.parent = t.id) "
                                   "SELECT v.organisation FROM tree t JOIN vendor v ON v.organisation = t.id "
                                   "JOIN organisation o ON o.id = t.id WHERE o.name > ?2 ORDER BY o.name LIMIT ?3"},
    [SQL_VENDOR_INSERT] = {"vendor", "INSERT INTO vendor VALUES (?, 0, 0, 0, 0, 0, 0)"},
    [SQL_VENDOR_TERMS_GET] = {"vendor", "SELECT t.version, t.credit_limit, t.sale_limit, t.day_limit, t.commission_e4, "
                                        "t.principal, t.put_at_unix_s, coalesce(a.principal, 0), "
                                        "coalesce(a.approved_at_unix_s, 0) FROM vendor_terms t "
                                        "LEFT JOIN vendor_terms_approval a ON a.vendor = t.vendor AND "
                                        "a.version = t.version WHERE t.vendor = ? AND t.version = ?"},
    [SQL_VENDOR_TERMS_INSERT] = {"vendor", "INSERT INTO vendor_terms VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_VENDOR_TERMS_APPROVE] = {"vendor", "INSERT INTO vendor_terms_approval VALUES (?, ?, ?, ?)"},
    [SQL_VENDOR_DEPOSIT_GET] = {"vendor", DEPOSIT_COLUMNS "WHERE d.vendor = ? AND d.number = ?"},
    [SQL_VENDOR_DEPOSIT_BY_REQUEST] = {"vendor", DEPOSIT_COLUMNS "WHERE d.principal = ? AND d.request_id = ?"},
    [SQL_VENDOR_DEPOSIT_INSERT] = {"vendor",
                                   "INSERT INTO vendor_deposit SELECT ?1, deposits + 1, ?2, ?3, ?4, ?5, ?6, ?7 "
                                   "FROM vendor WHERE organisation = ?1 RETURNING number"},
    [SQL_VENDOR_ENTRY_INSERT] = {"vendor", "INSERT INTO vendor_entry SELECT organisation, entries + 1, ?2, ?3, "
                                           "balance + ?3, terms, iif(?2 IN (3, 7), ?4, day), iif(?2 IN (3, 7), "
                                           "iif(?4 = day, day_sold, 0) - ?3, day_sold), NULL, ?5, ?6, ?7, ?8 "
                                           "FROM vendor WHERE organisation = ?1"},
    [SQL_VENDOR_ENTRY_OF_SALE] = {"vendor", "SELECT vendor, amount FROM vendor_entry WHERE sale = ? AND kind = ?"},
    [SQL_VENDOR_ENTRIES] = {"vendor",
                            "SELECT e.vendor, e.entry, e.kind, e.amount, e.balance, e.terms, e.day, e.day_sold, "
                            "coalesce(e.deposit, 0), coalesce(e.sale, 0), coalesce(e.act, 0), e.principal, "
                            "e.at_unix_s, coalesce(t.name, ''), coalesce(e.sale, 0) & 1099511627775, "
                            "coalesce(o.name, '') FROM vendor_entry e "
                            "LEFT JOIN terminal t ON t.id = e.sale >> 40 "
                            "LEFT JOIN organisation o ON o.id = t.organisation "
                            "WHERE e.vendor = ? AND e.entry > ? ORDER BY e.entry LIMIT ?"},
    [SQL_BATCH_GET] = {"batch", BATCH_COLUMNS "WHERE b.kind = ?1 AND b.organisation = ?2 AND b.terminal = ?3 "
                                              "AND (?4 = 0 OR b.number = ?4) ORDER BY b.number DESC LIMIT 1"},
    [SQL_BATCH_BY_START] = {"batch", BATCH_COLUMNS "WHERE b.principal = ? AND b.request_id = ?"},
    [SQL_BATCH_BY_END] = {"batch", BATCH_COLUMNS "WHERE e.principal = ? AND e.request_id = ?"},
    [SQL_BATCH_START] = {"batch",
                         "INSERT INTO batch SELECT NULL, ?1, ?2, ?3, coalesce(max(number), 0) + 1, ?4, ?5, ?6, ?7 "
                         "FROM batch WHERE kind = ?1 AND organisation = ?2 AND terminal = ?3 "
                         "RETURNING id, number"},
    [SQL_BATCH_AFTER] = {"batch",
                         "SELECT coalesce(max(s.id) & 1099511627775, 0) FROM terminal t JOIN sale s "
                         "ON s.id > t.id << 40 AND s.id < (t.id + 1) << 40 WHERE t.organisation = ? AND t.name = ?"},
    [SQL_BATCH_TILLS] =
        {"batch", "SELECT t.id, t.name, iif(b.kind < 3, b.after, coalesce((SELECT max(l.through) FROM batch_till l "
                  "WHERE l.terminal = t.id AND l.kind = b.kind), 0)), coalesce((SELECT max(s.id) FROM sale s "
                  "WHERE s.id > t.id << 40 AND s.id < (t.id + 1) << 40) & 1099511627775, 0) "
                  "FROM batch b JOIN terminal t ON t.organisation = b.organisation "
                  "AND (b.terminal = '' OR t.name = b.terminal) WHERE b.id = ?1 AND t.name > ?2 "
                  "ORDER BY t.name LIMIT 1"},
    [SQL_BATCH_TILL_INSERT] = {"batch", "INSERT INTO batch_till VALUES (?, ?, ?, ?, ?)"},
    [SQL_BATCH_SUMS] =
        {"batch",
         "SELECT iif(b.payment = 5, 6, 1), iif(b.payment = 5, 0, b.payment) AS k, count(*), "
         "sum(iif(b.change_kept = 1, b.tendered, b.total)) FROM sale s JOIN bill b ON b.sale = s.id "
         "WHERE" BATCH_RANGE "GROUP BY b.payment "
         "UNION ALL SELECT 2, l.kind, count(*), sum(l.amount) FROM sale s JOIN bill_line l ON l.sale = s.id "
         "WHERE" BATCH_RANGE "GROUP BY l.kind "
         "UNION ALL SELECT 3, b.payment, count(*), sum(b.tendered - b.total) FROM sale s JOIN bill b ON b.sale = s.id "
         "WHERE" BATCH_RANGE "AND b.change_kept = 1 AND b.tendered > b.total GROUP BY b.payment "
         "UNION ALL SELECT 4, e.kind, count(*), sum(e.amount) FROM sale s JOIN vendor_entry e ON e.sale = s.id "
         "AND e.kind = 5 WHERE" BATCH_RANGE "GROUP BY e.kind "
         "UNION ALL SELECT 5, 0, count(*), 0 FROM sale s WHERE" BATCH_RANGE
         "AND NOT EXISTS (SELECT 1 FROM bill b WHERE b.sale = s.id) HAVING count(*) > 0"},
    [SQL_BATCH_ACT_SUMS] = {"batch", "SELECT what, key, count, amount FROM batch_counter WHERE batch = ?"},
    [SQL_BATCH_ACT_END] = {"batch", "INSERT INTO batch_act_end SELECT ?, coalesce(max(id), 0) FROM account_act"},
    [SQL_BATCH_SUM_INSERT] = {"batch", "INSERT INTO batch_sum VALUES (?, ?, ?, ?, ?)"},
    [SQL_BATCH_SUM_GET] = {"batch",
                           "SELECT what, key, count, amount FROM batch_sum WHERE batch = ? ORDER BY what, key"},
    [SQL_BATCH_END] = {"batch", "INSERT INTO batch_end VALUES (?, ?, ?, ?)"},
    [SQL_AUDIT_HEAD] = {"audit", "SELECT sequence, hash FROM audit WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1"},
    [SQL_AUDIT_INSERT] = {"audit", "INSERT INTO audit (id, time_unix_us, principal, action, object, outcome, detail, "
                                   "hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_AUDIT_WALK] = {"audit", "SELECT chain, sequence, time_unix_us, principal, action, object, outcome, detail, "
                                 "hash FROM audit WHERE id BETWEEN ? AND ? ORDER BY id"},
};
