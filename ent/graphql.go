package ent

// What the API knows beside the generated fields: the interfaces and unions that entities belong to. This file is
// written by hand; generating leaves it alone.

// Node is something that can be fetched by its id.
type Node interface{ IsNode() }

// Viewer is a person who asks.
type Viewer interface{ IsViewer() }

// Actor is a person who did something in a room.
type Actor interface{ IsActor() }

// IsNode marks a Node.
func (*Organization) IsNode() {}

// IsNode marks a Node.
func (*Member) IsNode() {}

// IsNode marks a Node.
func (*MemberInvitation) IsNode() {}

// IsNode marks a Node.
func (*Service) IsNode() {}

// IsNode marks a Node.
func (*Site) IsNode() {}

// IsNode marks a Node.
func (*Skill) IsNode() {}

// IsNode marks a Node.
func (*Portal) IsNode() {}

// IsNode marks a Node.
func (*PhoneNumber) IsNode() {}

// IsNode marks a Node.
func (*PredefinedMessage) IsNode() {}

// IsNode marks a Node.
func (*Customer) IsNode() {}

// IsNode marks a Node.
func (*Room) IsNode() {}

// IsNode marks a Node.
func (*CustomerInvitation) IsNode() {}

// IsNode marks a Node.
func (*SupportSession) IsNode() {}

// IsNode marks a Node.
func (*SpecialistInvitation) IsNode() {}

// IsNode marks a Node.
func (*Specialist) IsNode() {}

// IsNode marks a Node.
func (*ScreenShare) IsNode() {}

// IsNode marks a Node.
func (*Call) IsNode() {}

// IsNode marks a Node.
func (*SmsConversation) IsNode() {}

// IsViewer marks a Viewer.
func (*Member) IsViewer() {}

// IsViewer marks a Viewer.
func (*Customer) IsViewer() {}

// IsViewer marks a Viewer.
func (*Specialist) IsViewer() {}

// IsActor marks an Actor.
func (*Member) IsActor() {}

// IsActor marks an Actor.
func (*Customer) IsActor() {}

// IsActor marks an Actor.
func (*Specialist) IsActor() {}

// Name is the given name and the family name.
func (m *Member) Name() string { return m.FirstName + " " + m.LastName }

// Name is the given name and the family name.
func (c *Customer) Name() string { return c.FirstName + " " + c.LastName }

// SupportsSms tells whether text messages can be exchanged under the service.
func (s *Service) SupportsSms() bool { return s.PhoneNumberID != nil }
