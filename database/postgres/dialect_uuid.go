package postgres

import (
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/volaweb/vola/internal/dest"
)

func encodeUUID(v any) (any, error) {
	return pgtype.UUID{Bytes: v.([16]byte), Valid: true}, nil
}

type uuidScanner struct{ target }

func (s *uuidScanner) ScanUUID(v pgtype.UUID) error {
	if !v.Valid {
		return dest.SetNull[[16]byte](s.dest)
	}
	return dest.Set(s.dest, v.Bytes)
}

func (s *uuidScanner) Scan(src any) error {
	var v pgtype.UUID
	if err := v.Scan(src); err != nil {
		return err
	}
	return s.ScanUUID(v)
}
