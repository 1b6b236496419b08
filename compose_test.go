package parley_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"parley/internal/notify/smtp"
)

func TestComposeFileIsValid(t *testing.T) {
	t.Parallel()
	project := loadCompose(t)
	names := project.ServiceNames()
	if want := []string{"mail", "postgres", "server"}; !slices.Equal(names, want) {
		t.Fatalf("services %v, want %v", names, want)
	}
	for name, service := range project.Services {
		if service.HealthCheck == nil || len(service.HealthCheck.Test) < 2 {
			t.Errorf("%s has no health check", name)
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes port %s beyond this machine", name, port.Published)
			}
		}
		if service.Image != "" && !pinned.MatchString(service.Image) {
			t.Errorf("image %s of %s is not pinned to a version", service.Image, name)
		}
	}
}

// What the server is given, it must know: a misspelt variable would be ignored without a word.
func TestComposeFileSetsWhatTheServerKnows(t *testing.T) {
	t.Parallel()
	given := loadCompose(t).Services["server"].Environment
	known := serverVariables(t)
	for name, value := range given {
		if !slices.Contains(known, name) {
			t.Errorf("the server does not know %s; it knows %v", name, known)
		}
		if passedOn := strings.HasPrefix(name, "TWILIO_"); value == nil || (*value == "") != passedOn {
			t.Errorf("%s is empty: %t, want %t", name, !passedOn, passedOn)
		}
	}
	for _, name := range []string{"DATABASE_URL", "PARLEY_SECRET", "PARLEY_PUBLIC_URL", "PARLEY_DEMO", "SMTP_URL"} {
		if given[name] == nil {
			t.Fatalf("%s is not set", name)
		}
	}
	if _, err := smtp.New(*given["SMTP_URL"]); err != nil {
		t.Error(err)
	}
}

func TestComposeFileTakesTheSecretOfTheEnvironment(t *testing.T) {
	t.Parallel()
	server := loadCompose(t).Services["server"]
	if got := server.Environment["PARLEY_SECRET"]; got == nil || *got != someSecret {
		t.Errorf("PARLEY_SECRET is not that of the environment")
	}
	if _, err := readCompose(t, nil); err == nil || !strings.Contains(err.Error(), "openssl rand") {
		t.Errorf("without a secret: %v, want how to make one", err)
	}
}

func TestComposeFilePassesTwilioOn(t *testing.T) {
	t.Parallel()
	environment := map[string]string{
		"PARLEY_SECRET": someSecret, "TWILIO_ACCOUNT_SID": "sid", "TWILIO_AUTH_TOKEN": "token", "TWILIO_API_URL": "https://twilio.example",
	}
	project, err := readCompose(t, environment)
	if err != nil {
		t.Fatal(err)
	}
	given := project.Services["server"].Environment
	for _, name := range []string{"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_URL"} {
		if got := given[name]; got == nil || *got != environment[name] {
			t.Errorf("%s is not that of the environment", name)
		}
	}
}

func TestComposeFileKeepsTheDatabase(t *testing.T) {
	t.Parallel()
	project := loadCompose(t)
	postgres := project.Services["postgres"]
	if len(postgres.Volumes) != 1 || postgres.Volumes[0].Type != types.VolumeTypeVolume {
		t.Errorf("the database is kept in %v, want a volume", postgres.Volumes)
	}
	if len(postgres.Command) > 0 {
		t.Errorf("PostgreSQL is started with %v: its own settings are the durable ones", postgres.Command)
	}
	for _, needed := range []string{"postgres", "mail"} {
		if got := project.Services["server"].DependsOn[needed].Condition; got != types.ServiceConditionHealthy {
			t.Errorf("the server starts when %s is %q", needed, got)
		}
	}
}

func TestComposeImageIsBuiltFromPinnedImages(t *testing.T) {
	t.Parallel()
	stages := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(readFile(t, "Dockerfile"), -1)
	if len(stages) != 3 {
		t.Errorf("%d stages, want three", len(stages))
	}
	for _, stage := range stages {
		if !pinned.MatchString(stage[1]) {
			t.Errorf("image %s is not pinned to a version", stage[1])
		}
	}
	if !regexp.MustCompile(`(?m)^USER parley$`).MatchString(readFile(t, "Dockerfile")) {
		t.Error("the server runs as root")
	}
}

// pinned is an image with at least major and minor version.
var pinned = regexp.MustCompile(`^[a-z0-9./-]+:v?\d+\.\d+`)

const someSecret = "0123456789abcdef0123456789abcdef"

func loadCompose(t *testing.T) *types.Project {
	t.Helper()
	project, err := readCompose(t, map[string]string{"PARLEY_SECRET": someSecret})
	if err != nil {
		t.Fatal(err)
	}
	return project
}

// readCompose reads the file as docker compose does, with nothing of this machine's environment.
func readCompose(t *testing.T, environment map[string]string) (*types.Project, error) {
	t.Helper()
	const name = "docker-compose.yml"
	return loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  ".",
		ConfigFiles: []types.ConfigFile{{Filename: name, Content: []byte(readFile(t, name))}},
		Environment: environment,
	})
}

// serverVariables are the names in the var tags of the server's configuration.
func serverVariables(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, tag := range regexp.MustCompile(`var:"([A-Z_]+)"`).FindAllStringSubmatch(readFile(t, "server/config.go"), -1) {
		names = append(names, tag[1])
	}
	if !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "PARLEY_") }) {
		t.Fatal("no var tags were found in server/config.go")
	}
	return names
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
