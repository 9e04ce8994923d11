package api

import (
	"context"
	"fmt"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// An Integration is a door through which a pager of a team sends what happens.
type Integration struct {
	ID        schedule.ID         `json:"id"`
	Team      schedule.ID         `json:"team"`
	Vendor    string              `json:"vendor" doc:"What sends: pagerduty, alertmanager, generic …"`
	Name      string              `json:"name"`
	Zone      string              `json:"zone" doc:"Of times without a zone"`
	Rotation  schedule.RotationID `json:"rotation,omitempty" doc:"Whose duty its pages are; absent: whoever is on call first"`
	Urgencies map[string]string   `json:"urgencies" doc:"The sender's words in small letters to high, low or unknown"`
	Secrets   int                 `json:"secrets" doc:"How many secrets count: with none, signatures are not checked; with two, the sender is changing over"`
	Off       bool                `json:"off" doc:"It takes nothing"`
	CreatedAt Instant             `json:"created_at"`
	RenewedAt Instant             `json:"renewed_at,omitzero" doc:"When it got its present link"`
	SeenAt    Instant             `json:"seen_at,omitzero" doc:"When something authentic came last; absent is never"`
}

func integrationOf(i *health.Integration) Integration {
	out := Integration{
		ID: i.ID, Team: i.Team, Vendor: i.Vendor, Name: i.Name, Zone: i.Zone, Rotation: i.Rotation, Urgencies: i.Urgencies, Secrets: len(i.Secrets), Off: !i.OffAt.IsZero(),
		CreatedAt: instantOf(i.CreatedAt), RenewedAt: instantOf(i.RenewedAt), SeenAt: instantOf(i.SeenAt),
	}
	if out.Urgencies == nil {
		out.Urgencies = map[string]string{}
	}
	return out
}

// Integrations are the pagers of a team.
type Integrations struct {
	Items []Integration `json:"items" doc:"By name"`
}

type integrationsOut struct{ Body Integrations }

// listIntegrations lists a team's pagers, for those who manage it.
func (s *Server) listIntegrations(ctx context.Context, in *struct{ TeamPath }) (*integrationsOut, error) {
	if _, _, err := s.team(ctx, auth.SeePlanning, in.Team); err != nil {
		return nil, err
	}
	all, err := s.Health.Store.Integrations(ctx, in.Team)
	out := &integrationsOut{Integrations{Items: []Integration{}}}
	for i := range all {
		out.Body.Items = append(out.Body.Items, integrationOf(&all[i]))
	}
	return out, err
}

// A NewIntegration is a pager to be connected.
type NewIntegration struct {
	Vendor    string              `json:"vendor" maxLength:"40" doc:"What sends: pagerduty, alertmanager, generic …"`
	Name      string              `json:"name" maxLength:"100"`
	Zone      string              `json:"zone,omitempty" maxLength:"60" doc:"Of times without a zone; the team's when absent"`
	Rotation  schedule.RotationID `json:"rotation,omitempty" maxLength:"100" doc:"Whose duty its pages are; absent: whoever is on call first"`
	Secret    string              `json:"secret,omitempty" maxLength:"500" doc:"What the sender signs with"`
	Urgencies map[string]string   `json:"urgencies,omitempty" maxProperties:"100"`
}

type newIntegrationIn struct {
	TeamPath
	Body NewIntegration
}

// A LinkedIntegration is a pager with its link, which is shown once.
type LinkedIntegration struct {
	Integration
	URL string `json:"url" doc:"A secret: whoever has it can send pages. It is never shown again"`
}

type linkedIntegrationOut struct{ Body LinkedIntegration }

func (s *Server) linked(i *health.Integration, token string) *linkedIntegrationOut {
	return &linkedIntegrationOut{LinkedIntegration{integrationOf(i), s.BaseURL + "/hooks/" + i.Vendor + "/" + token}}
}

// addIntegration connects a pager.
func (s *Server) addIntegration(ctx context.Context, in *newIntegrationIn) (*linkedIntegrationOut, error) {
	team, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	i := health.Integration{Team: team.ID, Vendor: b.Vendor, Name: b.Name, Zone: b.Zone, Rotation: b.Rotation, Urgencies: b.Urgencies}
	if b.Secret != "" {
		i.Secrets = []string{b.Secret}
	}
	if i.Zone == "" {
		i.Zone = team.Zone
	}
	i, token, err := s.Health.AddIntegration(ctx, me(w), i)
	if err != nil {
		return nil, err
	}
	return s.linked(&i, token), nil
}

// IntegrationPath is the integration in the path of a route.
type IntegrationPath struct {
	TeamPath
	Integration schedule.ID `path:"integration" minimum:"1"`
}

// theIntegration finds a pager of a team, for somebody who may do what they are about to.
func (s *Server) theIntegration(ctx context.Context, need auth.Action, in IntegrationPath) (health.Integration, auth.Who, error) {
	_, w, err := s.team(ctx, need, in.Team)
	if err != nil {
		return health.Integration{}, w, err
	}
	i, err := s.Health.Store.Integration(ctx, in.Integration)
	if err == nil && i.Team != in.Team {
		err = fmt.Errorf("integration %d of team %d: %w", in.Integration, in.Team, schedule.ErrNotFound)
	}
	return i, w, err
}

// An IntegrationState is a pager and how it does.
type IntegrationState struct {
	Integration
	Dead      map[string]int   `json:"dead" doc:"Deliveries that cannot be read, by the reason's code"`
	Unmapped  int              `json:"unmapped" doc:"People of whom nobody has said who they are"`
	Silent    bool             `json:"silent" doc:"It has said nothing for three times its usual gap"`
	UsualGap  int64            `json:"usual_gap,omitempty" doc:"Seconds; absent while too little came to say"`
	Storms    []Storm          `json:"storms" doc:"Of the last 30 days, the newest first"`
	LastMonth map[string]int64 `json:"last_30_days" doc:"How often deliveries were taken in, came again, were refused for their signature, too_large or too_many"`
}

// A Storm is five pages or more to one person within ten minutes, until ten are quiet.
type Storm struct {
	From  Instant `json:"from"`
	Until Instant `json:"until" doc:"When the last page came"`
	Pages int     `json:"pages"`
}

type integrationOut struct{ Body IntegrationState }

// getIntegration returns a pager and how it does.
func (s *Server) getIntegration(ctx context.Context, in *struct{ IntegrationPath }) (*integrationOut, error) {
	i, _, err := s.theIntegration(ctx, auth.SeePlanning, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	return s.integrationState(ctx, &i)
}

func (s *Server) integrationState(ctx context.Context, i *health.Integration) (*integrationOut, error) {
	c, err := s.Health.Condition(ctx, i)
	if err != nil {
		return nil, err
	}
	storms, err := s.Health.Storms(ctx, i)
	out := &integrationOut{IntegrationState{integrationOf(i), c.Dead, c.Unmapped, c.Silent, int64(c.Gap.Seconds()), []Storm{}, c.Counts}}
	for _, storm := range storms {
		out.Body.Storms = append(out.Body.Storms, Storm{instantOf(storm.From), instantOf(storm.Last), len(storm.Pages)})
	}
	return out, err
}

// IntegrationChange is what may be changed of a pager; what is absent stays.
type IntegrationChange struct {
	Name      *string              `json:"name,omitempty" maxLength:"100"`
	Zone      *string              `json:"zone,omitempty" maxLength:"60"`
	Rotation  *schedule.RotationID `json:"rotation,omitempty" maxLength:"100"`
	Urgencies map[string]string    `json:"urgencies,omitempty" maxProperties:"100" doc:"All of them: they replace those there are"`
	Off       *bool                `json:"off,omitempty" doc:"True: it takes nothing any more"`
}

type changeIntegrationIn struct {
	IntegrationPath
	Body IntegrationChange
}

// changeIntegration changes a pager's settings.
func (s *Server) changeIntegration(ctx context.Context, in *changeIntegrationIn) (*integrationOut, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	set := health.Settings{Name: i.Name, Zone: i.Zone, Rotation: i.Rotation, Urgencies: i.Urgencies}
	if b.Name != nil {
		set.Name = *b.Name
	}
	if b.Zone != nil {
		set.Zone = *b.Zone
	}
	if b.Rotation != nil {
		set.Rotation = *b.Rotation
	}
	if b.Urgencies != nil {
		set.Urgencies = b.Urgencies
	}
	if b.Name != nil || b.Zone != nil || b.Rotation != nil || b.Urgencies != nil {
		if err := s.Health.ChangeIntegration(ctx, me(w), i.ID, set); err != nil {
			return nil, err
		}
	}
	if b.Off != nil {
		if err := s.Health.TurnOff(ctx, me(w), i.ID, *b.Off); err != nil {
			return nil, err
		}
	}
	if i, err = s.Health.Store.Integration(ctx, i.ID); err != nil {
		return nil, err
	}
	return s.integrationState(ctx, &i)
}

// renewIntegration gives a pager another link.
func (s *Server) renewIntegration(ctx context.Context, in *struct{ IntegrationPath }) (*linkedIntegrationOut, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	token, err := s.Health.RenewLink(ctx, me(w), i.ID)
	if err != nil {
		return nil, err
	}
	return s.linked(&i, token), nil
}

type secretIn struct {
	IntegrationPath
	Body struct {
		Secret string `json:"secret" minLength:"1" maxLength:"500"`
	}
}

// setSecret makes another secret count; the one before goes on to count.
func (s *Server) setSecret(ctx context.Context, in *secretIn) (*struct{}, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Health.SetSecret(ctx, me(w), i.ID, in.Body.Secret)
}

// endSecret ends the older of two secrets, or the only one.
func (s *Server) endSecret(ctx context.Context, in *struct{ IntegrationPath }) (*struct{}, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Health.EndSecret(ctx, me(w), i.ID)
}

type testOut struct {
	Body struct {
		Delivery schedule.ID `json:"delivery"`
	}
}

// testIntegration sends a test by the way that everything comes.
func (s *Server) testIntegration(ctx context.Context, in *struct{ IntegrationPath }) (*testOut, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	out := &testOut{}
	out.Body.Delivery, err = s.Health.SendTest(ctx, me(w), i.ID)
	if err != nil {
		return nil, err
	}
	return out, nil
}
