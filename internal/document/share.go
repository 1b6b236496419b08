package document

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/document"
	"parley/internal/apierr"
	"parley/internal/database"
	"parley/internal/limits"
)

// ShareTx makes a document that is stored an entry of a timeline. What takes time is done afterwards, by the worker.
func (s *Service) ShareTx(ctx context.Context, tx *ent.Tx, d *ent.Document, messageID string) error {
	at := now()
	u := tx.Document.Update().Where(document.ID(d.ID), document.StatusEQ(document.StatusStored)).
		SetSharedAt(at).SetMessageID(messageID).SetSweepAt(limits.End(at, s.limits.UploadLife))
	if d.Kind == document.KindOther {
		u.SetStatus(document.StatusReady)
	} else {
		u.SetStatus(document.StatusProcessing).SetWorkAt(at)
	}
	n, err := u.Save(ctx)
	if err != nil {
		return fmt.Errorf("share document: %w", err)
	}
	if n == 0 {
		return missing()
	}
	database.AfterCommit(tx, s.ring)
	return nil
}

// day is the time over which the documents of a room are counted.
const day = 24 * time.Hour

// CheckRoomTx refuses another document where a room, with those that have gone into it, would have too many bytes of them in
// a day, on a field. Whoever calls it has locked the room.
func (s *Service) CheckRoomTx(ctx context.Context, tx *ent.Tx, roomID, exceptID, field string, size int64) error {
	most := int64(s.limits.RoomFileBytes)
	if most == 0 {
		return nil
	}
	var sum []struct{ Bytes int64 }
	err := tx.Document.Query().Where(
		document.CreatedAtGT(now().Add(-day)), document.StatusNEQ(document.StatusDoomed), document.IDNEQ(exceptID), ofRoom(roomID),
		document.Or(document.SharedAtNotNil(), document.SweepAtGT(now())),
	).Modify(func(q *sql.Selector) {
		q.Select("coalesce(sum(greatest(size, received)), 0)::bigint AS bytes")
	}).Scan(ctx, &sum)
	if err != nil {
		return fmt.Errorf("count bytes of a room's documents: %w", err)
	}
	if used := sum[0].Bytes; used+size > most || used == most {
		return apierr.New(apierr.RoomFilesExceeded, "The documents of a room have at most %d bytes in a day (limit room-file-bytes). Try again tomorrow.", most).
			On(field).Over(int(most), int(used+size))
	}
	return nil
}
