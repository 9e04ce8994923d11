package main

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

func example(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../examples/deploy/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// understood says that the program has the command, the flags and the variables of an
// example.
func understood(t *testing.T, args []string, text string) {
	t.Helper()
	parser, err := kong.New(&commands{}, kong.Vars{"vendors": ""}, kong.Bind(new(configuration)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := kong.Trace(parser, args)
	if err != nil || ctx.Error != nil || ctx.Command() != "serve" {
		t.Errorf("%q: %v, %v", args, err, ctx.Error)
	}
	var environ []string
	for _, name := range regexp.MustCompile(`WATCHBILL_[A-Z_]+`).FindAllString(text, -1) {
		if name != "WATCHBILL_HOST" { // of the example itself
			environ = append(environ, name+"=")
		}
	}
	if stray := strayVariables(parser.Model, environ); len(stray) > 0 {
		t.Errorf("%q", stray)
	}
}

// The unit for systemd starts what the program has, and leaves it no rights that it does not
// need.
func TestSystemdUnit(t *testing.T) {
	text := example(t, "watchbill.service")
	settings, section := map[string][]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch key, value, ok := strings.Cut(line, "="); {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = line
		case !ok || section == "":
			t.Errorf("%q is no setting of a section", line)
		default:
			settings[key] = append(settings[key], value)
		}
	}
	start := strings.Fields(strings.Join(settings["ExecStart"], " "))
	if len(start) < 2 || start[0] != "/usr/local/bin/watchbill" {
		t.Fatalf("ExecStart is %q", start)
	}
	understood(t, start[1:], text)
	for key, want := range map[string]string{
		"DynamicUser": "yes", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "CapabilityBoundingSet": "", "AmbientCapabilities": "", "MemoryDenyWriteExecute": "yes",
		"PrivateUsers": "yes", "PrivateTmp": "yes", "ProtectHome": "yes", "UMask": "0077", "StateDirectory": "watchbill", "StateDirectoryMode": "0700",
		"RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "SystemCallFilter": "@system-service, ~@privileged @resources", "SystemCallArchitectures": "native", "Restart": "always",
	} {
		if got := strings.Join(settings[key], ", "); got != want || settings[key] == nil {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	// What is handed over is what the configuration and the variables name.
	for _, m := range regexp.MustCompile(`%d/([a-z.-]+)`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(text, "LoadCredential="+m[1]+":/etc/watchbill/"+m[1]) {
			t.Errorf("nothing hands over %s", m[1])
		}
	}
}

// The example for Compose has two replicas without rights behind a proxy that lets large
// files pass.
func TestComposeExample(t *testing.T) {
	text := example(t, "compose.yaml")
	var file struct {
		Services map[string]struct {
			Image         string
			Command       []string
			Environment   map[string]string
			Secrets       []string
			ReadOnly      bool     `yaml:"read_only"`
			CapDrop       []string `yaml:"cap_drop"`
			SecurityOpt   []string `yaml:"security_opt"`
			StopGrace     string   `yaml:"stop_grace_period"`
			Tmpfs, Ports  []string
			Deploy        struct{ Replicas int }
			Configs       []struct{ Source, Target string }
			ContainerName string `yaml:"container_name"`
		}
		Configs map[string]struct{ Content string }
		Secrets map[string]struct{ File string }
	}
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	is := file.Services["watchbill"]
	understood(t, is.Command, text)
	if is.Deploy.Replicas < 2 || !is.ReadOnly || !slices.Equal(is.CapDrop, []string{"ALL"}) || len(is.Ports) > 0 || is.ContainerName != "" || len(is.Tmpfs) == 0 {
		t.Errorf("%+v", is)
	}
	for _, name := range is.Secrets {
		if file.Secrets[name].File == "" || !slices.Contains([]string{is.Environment["PGPASSFILE"], is.Environment["WATCHBILL_PULSE_SECRET_FILE"]}, "/run/secrets/"+name) {
			t.Errorf("the secret %s is nowhere, or for nothing", name)
		}
	}
	if proxy := file.Configs["caddyfile"].Content; !strings.Contains(proxy, "max_size 105MB") || !strings.Contains(proxy, "dynamic a watchbill 8080") {
		t.Error(proxy)
	}
}

// The example for Kubernetes starts what the program has, two of it without rights, and its
// configuration can be read. Secrets that nobody has changed are refused.
func TestKubernetesExample(t *testing.T) {
	text := example(t, "kubernetes.yaml")
	type object = map[string]any
	at := func(o any, path ...any) any {
		for _, key := range path {
			switch k := key.(type) {
			case string:
				m, ok := o.(object)
				if !ok {
					return nil
				}
				o = m[k]
			case int:
				list, ok := o.([]any)
				if !ok || len(list) <= k {
					return nil
				}
				o = list[k]
			}
		}
		return o
	}
	kinds := map[string]object{}
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	for {
		var o object
		if err := decoder.Decode(&o); err != nil {
			break
		}
		kinds[o["kind"].(string)] = o
	}
	pod := at(kinds["Deployment"], "spec", "template", "spec")
	container := at(pod, "containers", 0)
	var args []string
	for _, a := range at(container, "args").([]any) {
		args = append(args, a.(string))
	}
	understood(t, args, text)
	for _, c := range []struct{ got, want any }{
		{at(kinds["Deployment"], "spec", "replicas"), uint64(2)},
		{at(kinds["Deployment"], "spec", "strategy", "rollingUpdate", "maxUnavailable"), uint64(0)},
		{at(pod, "enableServiceLinks"), false},
		{at(pod, "automountServiceAccountToken"), false},
		{at(pod, "securityContext", "runAsNonRoot"), true},
		{at(pod, "securityContext", "runAsUser"), uint64(65532)},
		{at(container, "securityContext", "readOnlyRootFilesystem"), true},
		{at(container, "securityContext", "allowPrivilegeEscalation"), false},
		{at(container, "securityContext", "capabilities", "drop", 0), "ALL"},
		{at(container, "readinessProbe", "httpGet", "path"), "/readyz"},
		{at(container, "startupProbe", "httpGet", "path"), "/readyz"},
		{at(container, "livenessProbe", "httpGet", "path"), "/healthz"},
		{at(kinds["Service"], "spec", "sessionAffinity"), nil},
		{at(kinds["PodDisruptionBudget"], "spec", "minAvailable"), uint64(1)},
		{at(kinds["Ingress"], "metadata", "annotations", "nginx.ingress.kubernetes.io/proxy-body-size"), "105m"},
	} {
		if c.got != c.want {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
	src := at(kinds["ConfigMap"], "data", "watchbill.yaml").(string)
	all := regexp.MustCompile(`(?m)^# ([a-z][a-z-]+:)`).ReplaceAllString(src, "$1")
	var cfg configuration
	if err := cfg.read("watchbill.yaml", []byte(all), serveFlags(t)); err != nil {
		t.Error(err)
	}
	if secret := at(kinds["Secret"], "stringData", "pulse-secret").(string); len(secret) >= shortestSecret {
		t.Errorf("a secret that everybody knows is taken: %s", secret)
	}
}

// The image has what the program needs of a file system, and no user of rank.
func TestDockerfile(t *testing.T) {
	b, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"FROM scratch\n", "USER 65532:65532\n", `-extldflags "-static"`, "netgo", "/etc/ssl/certs/ca-certificates.crt\n",
		"COPY --from=build --chown=65532:65532 /empty /tmp\n", "--chown=65532:65532 /data /data\n",
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %q in\n%s", want, b)
		}
	}
}
