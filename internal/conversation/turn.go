package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"

	"parley/ent"
	"parley/internal/auth"
)

// works is whether member m may text the customers of c's service: they have a seat, a role that serves customers and the channel,
// and work for the service (rules M1, O6). suits is whether they have its skills as well, and takes whether they are ready, and
// the service has a number, so that they are offered its requests (M8). $1 are the roles.
const (
	works = `m.organization_id = c.organization_id AND m.deactivated_at IS NULL
	AND m.role = ANY($1) AND m.channels::jsonb @> '["SMS"]'
	AND EXISTS (SELECT FROM member_services s WHERE s.member_id = m.id AND s.service_id = c.service_id)`
	suits = works + ` AND NOT EXISTS (
		SELECT FROM service_skills n WHERE n.service_id = c.service_id
		AND NOT EXISTS (SELECT FROM member_skills h WHERE h.member_id = m.id AND h.skill_id = n.skill_id)
	)`
	takes = suits + ` AND m.state = 'READY' AND EXISTS (SELECT FROM services v WHERE v.id = c.service_id AND v.phone_number_id IS NOT NULL)`
)

// held is whether c's organisation holds its number.
const held = `EXISTS (SELECT FROM phone_numbers p WHERE p.number = c.number AND p.organization_id = c.organization_id AND p.status = 'HELD')`

// idle is whether member m is asked nothing, and willing whether they have not rejected request c since they are ready.
const (
	idle    = `NOT EXISTS (SELECT FROM sms_conversations o WHERE o.offered_to_id = m.id AND o.status = 'OFFERED')`
	willing = `NOT EXISTS (
		SELECT FROM chat_rejections r WHERE r.conversation_id = c.id AND r.member_id = m.id AND r.at >= m.state_changed_at
	)`
	free = takes + ` AND ` + idle + ` AND ` + willing
)

// Those that can be brought further: whose offer is over, which somebody is free for, or whose number is gone. Oldest first. Who is there for a service
// is found once, however many requests wait for it.
const dueRequests = `WITH waiting AS (
		SELECT DISTINCT organization_id, service_id FROM sms_conversations WHERE status = 'OFFERED' AND offered_to_id IS NULL
	), there AS MATERIALIZED (
		SELECT c.service_id, m.id, m.state_changed_at FROM waiting c JOIN members m ON ` + takes + ` AND ` + idle + `
	)
	SELECT c.id FROM sms_conversations c
	WHERE c.status = 'OFFERED' AND CASE WHEN NOT ` + held + ` THEN true WHEN c.offered_to_id IS NULL
		THEN EXISTS (SELECT FROM there m WHERE m.service_id = c.service_id AND ` + willing + `)
		ELSE c.offered_until <= $2 OR NOT EXISTS (SELECT FROM members m WHERE m.id = c.offered_to_id AND ` + takes + `)
	END
	ORDER BY c.created_at, c.id LIMIT $3`

// The member whose turn it is: of those who are free, who has been ready, and has been asked nothing, for longest.
const nextMember = `SELECT m.id FROM members m JOIN sms_conversations c ON c.id = $2 WHERE ` + free + `
	ORDER BY greatest(m.state_changed_at, m.last_offered_at), m.id LIMIT 1 FOR NO KEY UPDATE OF m SKIP LOCKED`

const (
	isFree   = `SELECT true FROM members m JOIN sms_conversations c ON c.id = $2 WHERE m.id = $3 AND ` + free
	canTake  = `SELECT true FROM members m JOIN sms_conversations c ON c.id = $2 WHERE m.id = $3 AND ` + takes
	suitsNow = `SELECT true FROM members m JOIN sms_conversations c ON c.id = $2 WHERE m.id = $3 AND ` + suits
	isHeld   = `SELECT true FROM sms_conversations c WHERE c.id = $1 AND ` + held
	isServed = `SELECT true FROM sms_conversations c JOIN members m ON m.id = c.agent_id WHERE c.id = $2 AND ` + works
	firstDue = `SELECT min(offered_until) FROM sms_conversations WHERE status = 'OFFERED'`
)

// serving are the roles that serve customers.
func serving() any { return pq.Array(auth.Who(auth.Serve)) }

// due are the requests that can be brought further, oldest first, some at a time.
func (s *Service) due(ctx context.Context) ([]string, error) {
	return s.ids(ctx, dueRequests, serving(), time.Now(), atOnce)
}

// ids are those of the conversations that a query finds.
func (s *Service) ids(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := s.ent.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("find requests: %w", err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read a request: %w", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find requests: %w", err)
	}
	return ids, nil
}

// untilDue is for how long nobody need look: until the first offer is over, and not for longer than lookEvery. One that is over
// already is in somebody's hands.
func (s *Service) untilDue(ctx context.Context) (time.Duration, error) {
	var first sql.NullTime
	if err := scan(ctx, s.ent, &first, firstDue); err != nil {
		return lookEvery, fmt.Errorf("find the first offer that ends: %w", err)
	}
	if !first.Valid {
		return lookEvery, nil
	}
	return min(lookEvery, max(pace, time.Until(first.Time))), nil
}

// nextTx is the member whose turn it is to be offered a request, locked; "" where there is none. Who was found before they were
// locked may have been asked something else meanwhile, which is why they are looked at once more.
func nextTx(ctx context.Context, tx *ent.Tx, requestID string) (string, error) {
	var id string
	if err := scan(ctx, tx, &id, nextMember, serving(), requestID); err != nil || id == "" {
		return "", err
	}
	var still bool
	if err := scan(ctx, tx, &still, isFree, serving(), requestID, id); err != nil || !still {
		return "", err
	}
	return id, nil
}

// canTakeTx tells whether a member can take a request, whatever else they are asked.
func canTakeTx(ctx context.Context, tx *ent.Tx, requestID, memberID string) (bool, error) {
	var can bool
	err := scan(ctx, tx, &can, canTake, serving(), requestID, memberID)
	return can, err
}

// Those whose agent may not text any more, and whose customer waits for an answer.
const desertedOnes = `SELECT c.id FROM sms_conversations c
	WHERE c.status = 'ACTIVE' AND NOT EXISTS (SELECT FROM members m WHERE m.id = c.agent_id AND ` + works + `) AND 'SMS_RECEIVED' = (
		SELECT e.kind FROM events e WHERE e.stream_id = c.stream_id AND e.kind IN ('SMS_RECEIVED', 'SMS_SENT') ORDER BY e.seq DESC LIMIT 1
	) LIMIT $2`

// scan reads the one value of the first row that a query finds; where there is none the value stays as it is.
func scan(ctx context.Context, in interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}, value any, query string, args ...any) error {
	rows, err := in.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("find whose turn it is: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(value); err != nil {
			return fmt.Errorf("read whose turn it is: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("find whose turn it is: %w", err)
	}
	return nil
}
