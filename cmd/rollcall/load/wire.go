package load

import (
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/ingest"
)

// wireRequest is a request as the process reads it. It alone has secrets as text.
type wireRequest struct {
	Folder  string       `json:"folder"`
	Config  string       `json:"config"`
	Sources []wireSource `json:"sources"`
	AsOf    time.Time    `json:"as_of"`
	Full    bool         `json:"full"`
	Delete  bool         `json:"delete"`
	Keep    int          `json:"keep"`
}

type wireSource struct {
	Name    string            `json:"name"`
	Kind    registry.Kind     `json:"kind"`
	URI     string            `json:"uri"`
	Secrets map[string]string `json:"secrets"`
}

// wireLine is a line of what the process says: how far it is, or last how it has ended.
type wireLine struct {
	Progress *ingest.Progress `json:"progress,omitempty"`
	Version  uint64           `json:"version,omitempty"` // of the snapshot that came of it
	Error    string           `json:"error,omitempty"`
}

func toWire(in Request) wireRequest {
	out := wireRequest{Folder: in.Folder, Config: in.Config, AsOf: in.AsOf, Full: in.Full, Delete: in.Delete, Keep: in.Keep}
	for _, s := range in.Sources {
		secrets := map[string]string{}
		for role, secret := range s.Secrets {
			secrets[role] = secret.Reveal()
		}
		out.Sources = append(out.Sources, wireSource{s.Name, s.Kind, s.URI, secrets})
	}
	return out
}

func fromWire(in wireRequest) Request {
	out := Request{Folder: in.Folder, Config: in.Config, AsOf: in.AsOf, Full: in.Full, Delete: in.Delete, Keep: in.Keep}
	for _, s := range in.Sources {
		secrets := map[string]registry.Secret{}
		for role, text := range s.Secrets {
			secrets[role] = registry.NewSecret(text)
		}
		out.Sources = append(out.Sources, Source{s.Name, s.Kind, s.URI, secrets})
	}
	return out
}
