package blob

import (
	"errors"
	"io/fs"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// bucketAddress is what BLOB_URL says of a bucket.
type bucketAddress struct {
	host           string
	bucket, prefix string
	key, secret    string // empty where they are in the environment
	region         string
	secure         bool
	patience       time.Duration
}

// parseBucket never shows the address, since the secret is in it.
func parseBucket(u *url.URL) (bucketAddress, error) {
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if u.Host == "" || bucket == "" {
		return bucketAddress{}, errors.New("BLOB_URL names no host or no bucket: it looks like s3://key:secret@host/bucket, and with Amazon like s3://s3.eu-central-1.amazonaws.com/bucket")
	}
	if prefix != "" {
		if !fs.ValidPath(prefix) {
			return bucketAddress{}, errors.New("BLOB_URL has a prefix with an empty part or dots for one: it looks like s3://key:secret@host/bucket/prefix")
		}
		prefix += "/"
	}
	a := bucketAddress{host: u.Host, bucket: bucket, prefix: prefix, secure: true, patience: 30 * time.Second}
	a.key = u.User.Username()
	a.secret, _ = u.User.Password()
	if (a.key == "") != (a.secret == "") {
		return bucketAddress{}, errors.New("BLOB_URL has a key and a secret, s3://key:secret@host/bucket, or neither: then they are those of the environment")
	}
	return a, a.set(u.Query())
}

func (a *bucketAddress) set(options url.Values) (err error) {
	for option := range options {
		value := options.Get(option)
		switch option {
		case "region":
			a.region = value
		case "secure":
			a.secure = value != "false"
			if a.secure && value != "true" {
				return errors.New("BLOB_URL: secure is true or false")
			}
		case "patience":
			a.patience, err = time.ParseDuration(value)
			if err != nil || a.patience <= 0 {
				return errors.New("BLOB_URL: patience is a time, such as 30s")
			}
		default:
			return errors.New("BLOB_URL: what may follow the ? is region, secure and patience")
		}
	}
	return nil
}

func (a *bucketAddress) credentials() *credentials.Credentials {
	if a.key != "" {
		return credentials.NewStaticV4(a.key, a.secret, "")
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.EnvMinio{}, &credentials.FileAWSCredentials{}, &credentials.IAM{},
	})
}
