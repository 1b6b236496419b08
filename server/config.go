package main

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"parley/internal/auth"
	"parley/internal/limits"
	"parley/internal/notify/smtp"
	"parley/internal/notify/twilio"
)

// config is what can be set: by a flag, else by the variable in its var tag.
type config struct {
	Addr        string   `var:"PARLEY_ADDR" default:"127.0.0.1:8080" help:"Where to listen ($PARLEY_ADDR)."`
	PublicURL   string   `var:"PARLEY_PUBLIC_URL" help:"What links begin with; http://<addr> unless told ($PARLEY_PUBLIC_URL)."`
	Data        string   `var:"PARLEY_DATA" default:".parley" help:"Folder of the private PostgreSQL, the documents and the generated secret ($PARLEY_DATA)."`
	DatabaseURL string   `var:"DATABASE_URL" help:"A PostgreSQL to use; without it a private one is started ($DATABASE_URL)."`
	Bus         string   `var:"PARLEY_BUS" default:"postgres" help:"How processes on one database ring each other: postgres, by the database's notifications, or nats://host:4222 ($PARLEY_BUS)."`
	Secret      string   `var:"PARLEY_SECRET" help:"Key that links are derived from, 32 characters or more; needed with a DATABASE_URL, else made and kept in the data folder ($PARLEY_SECRET)."`
	Origins     []string `var:"PARLEY_ORIGINS" help:"Browser origins allowed besides our own, for CORS and WebSocket alike, such as https://desk.example.com ($PARLEY_ORIGINS)."`
	Proxies     []string `name:"trusted-proxies" var:"PARLEY_TRUSTED_PROXIES" help:"Networks of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8; none unless told ($PARLEY_TRUSTED_PROXIES)."`
	LimitValues string   `name:"limits" var:"PARLEY_LIMITS" help:"Overrides of limits, name=value,…; 0 lifts one ($PARLEY_LIMITS)."`
	Demo        string   `var:"PARLEY_DEMO" default:"auto" help:"Whether to seed the demo organisations: on, off, or auto, which is on without a DATABASE_URL ($PARLEY_DEMO)."`
	BlobURL     string   `name:"blob-url" var:"BLOB_URL" help:"Where documents are kept: file:///a/folder, or s3://key:secret@host/bucket; a folder in PARLEY_DATA unless told ($BLOB_URL)."`
	SMTPURL     string   `name:"smtp-url" var:"SMTP_URL" help:"Mail server, smtp://user:password@host:587 or smtps://…; without it the simulator stands in ($SMTP_URL)."`

	TwilioSID   string `name:"twilio-account-sid" var:"TWILIO_ACCOUNT_SID" help:"Account at Twilio that text messages go by, and at which numbers are bought; without it the simulator stands in. Twilio has to reach PARLEY_PUBLIC_URL ($TWILIO_ACCOUNT_SID)."`
	TwilioToken string `name:"twilio-auth-token" var:"TWILIO_AUTH_TOKEN" help:"The account's token ($TWILIO_AUTH_TOKEN)."`
	TwilioURL   string `name:"twilio-api-url" var:"TWILIO_API_URL" help:"Where Twilio's API is; https://api.twilio.com unless told ($TWILIO_API_URL)."`

	limits  limits.Limits
	proxies proxies
	secret  []byte
	mail    *smtp.Sender     // nil for the simulator
	twilio  *twilio.Settings // nil for the simulator
	now     func() time.Time

	passwords auth.Cost // of new hashes
}

// about begins the help.
const about = `Parley: a GraphQL server on which customer-service teams meet their customers.

PG_BINDIR is the folder of the PostgreSQL to run privately, where it is not found by itself.

Limits and their defaults:

`

// configure reads the flags and the variables, and checks them. It returns nil where only help was wanted.
func configure(args []string, getenv func(string) string, out io.Writer) (*config, error) {
	c, helped := &config{now: time.Now, passwords: auth.RecommendedCost()}, false
	parser, err := kong.New(c, kong.Name("server"), kong.Writers(out, out), kong.Description(about+limits.Help()),
		kong.Resolvers(variables(getenv)),
		kong.Exit(func(int) { helped = true })) // kong calls it after printing help, and goes on
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	_, err = parser.Parse(args)
	if helped {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("configuration: %w (server -h lists the settings)", err)
	}
	return c, c.check()
}

// variables gives a flag that was left out the value of its variable.
func variables(getenv func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
		if v := getenv(f.Tag.Get("var")); v != "" {
			return v, nil
		}
		return nil, nil
	})
}

// check refuses what cannot work, by the name of the setting.
func (c *config) check() error {
	for _, check := range []func() error{
		c.checkAddr, c.checkPublicURL, c.checkOrigins, c.checkProxies, c.checkLimits, c.checkBus, c.checkDemo, c.checkMail, c.checkTwilio, c.checkData, c.readSecret,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *config) checkAddr() error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("PARLEY_ADDR=%s: want host:port, such as 127.0.0.1:8080", c.Addr)
	}
	return nil
}

func (c *config) checkPublicURL() error {
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	if c.PublicURL != "" && !isOrigin(c.PublicURL) {
		return fmt.Errorf("PARLEY_PUBLIC_URL=%s: want what links begin with, such as https://parley.example.com", c.PublicURL)
	}
	return nil
}

func (c *config) checkOrigins() error {
	for _, origin := range c.Origins {
		if !isOrigin(origin) {
			return fmt.Errorf("PARLEY_ORIGINS: %q is not an origin such as https://desk.example.com", origin)
		}
	}
	return nil
}

func (c *config) checkProxies() (err error) {
	if c.proxies, err = parseProxies(c.Proxies); err != nil {
		return fmt.Errorf("PARLEY_TRUSTED_PROXIES: %w", err)
	}
	return nil
}

func (c *config) checkLimits() (err error) {
	if c.limits, err = limits.Parse(c.LimitValues); err != nil {
		return fmt.Errorf("PARLEY_LIMITS: %w", err)
	}
	return nil
}

// busPostgres is the bus over the database's notifications.
const busPostgres = "postgres"

// checkBus does not repeat what is set: it may have a password in it.
func (c *config) checkBus() error {
	if c.Bus == busPostgres {
		return nil
	}
	for server := range strings.SplitSeq(c.Bus, ",") {
		if u, err := url.Parse(server); err != nil || u.Scheme != "nats" || u.Hostname() == "" {
			return errors.New("PARLEY_BUS: want postgres, or a NATS server such as nats://host:4222, or several with commas between them")
		}
	}
	return nil
}

func (c *config) checkDemo() error {
	if c.Demo != "auto" && c.Demo != "on" && c.Demo != "off" {
		return fmt.Errorf("PARLEY_DEMO=%s: want on, off or auto", c.Demo)
	}
	return nil
}

// checkMail makes the mail server's sender, which says what is wrong with SMTP_URL.
func (c *config) checkMail() (err error) {
	if c.SMTPURL != "" {
		c.mail, err = smtp.New(c.SMTPURL)
	}
	return err
}

// checkTwilio takes all of Twilio's settings or none. Twilio does not know a machine by its own name for itself.
func (c *config) checkTwilio() error {
	if c.TwilioSID == "" && c.TwilioToken == "" && c.TwilioURL == "" {
		return nil
	}
	c.twilio = &twilio.Settings{AccountSID: c.TwilioSID, AuthToken: c.TwilioToken, APIURL: cmp.Or(c.TwilioURL, twilio.API)}
	if err := c.twilio.Check(); err != nil {
		return err
	}
	if c.PublicURL == "" {
		return errors.New("PARLEY_PUBLIC_URL is needed with a TWILIO_ACCOUNT_SID: Twilio calls there with what customers text, and with what became of messages")
	}
	return nil
}

func (c *config) checkData() (err error) {
	if c.Data, err = filepath.Abs(c.Data); err != nil {
		return fmt.Errorf("PARLEY_DATA=%s: %w", c.Data, err)
	}
	if c.BlobURL == "" {
		c.BlobURL = (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(c.Data, "blobs"))}).String()
	}
	return nil
}

func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && s == u.Scheme+"://"+u.Host
}

// shortestSecret is 128 bits in hexadecimal.
const shortestSecret = 32

// readSecret takes the secret from its setting, else from the data folder, where it is made at the first start.
func (c *config) readSecret() error {
	if c.Secret != "" {
		if len(c.Secret) < shortestSecret {
			return fmt.Errorf("PARLEY_SECRET has %d characters; %d or more are needed, such as openssl rand -hex 32 gives", len(c.Secret), shortestSecret)
		}
		c.secret = []byte(c.Secret)
		return nil
	}
	if c.DatabaseURL != "" {
		return errors.New("PARLEY_SECRET is needed with a DATABASE_URL: links are derived from it, so all processes must have the same; make one with openssl rand -hex 32")
	}
	return c.keepSecret()
}

func (c *config) keepSecret() error {
	path := filepath.Join(c.Data, "secret")
	kept, err := os.ReadFile(path)
	if err == nil && len(kept) >= shortestSecret {
		c.secret = kept
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("PARLEY_DATA: read the secret: %w", err)
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the process instead
	c.secret = []byte(hex.EncodeToString(raw))
	if err := os.MkdirAll(c.Data, 0o755); err != nil {
		return fmt.Errorf("PARLEY_DATA: %w", err)
	}
	if err := os.WriteFile(path, c.secret, 0o600); err != nil {
		return fmt.Errorf("PARLEY_DATA: keep the secret: %w", err)
	}
	return nil
}

// demo tells whether the demo organisations are wanted.
func (c *config) demo() bool { return c.Demo == "on" || c.Demo == "auto" && c.DatabaseURL == "" }
