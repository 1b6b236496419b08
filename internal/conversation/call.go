package conversation

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/call"
	"parley/internal/apierr"
	"parley/internal/auth"
)

// served is the viewer's call for a service, which goes on or has left work: the one with the id, or the one that they have.
func served(ctx context.Context, client *ent.Client, v auth.Viewer, id *string) (*ent.Call, error) {
	which := call.StatusNEQ(call.StatusEnded)
	if id != nil {
		which = call.ID(*id)
	}
	c, err := client.Call.Query().Where(call.MemberID(v.ID()), which).Only(ctx)
	switch {
	case ent.IsNotFound(err) && id != nil:
		return nil, apierr.MissingThing("call")
	case ent.IsNotFound(err):
		return nil, chooseService()
	case err != nil:
		return nil, fmt.Errorf("get the call of a member: %w", err)
	case c.Flow == call.FlowContactCenter && c.Status != call.StatusEnded:
		return c, nil
	case id == nil:
		return nil, chooseService()
	}
	return nil, apierr.New(apierr.CallNotServed, "This call is not for a service, or it and its after-call work are done: give a service and the customer's number.").On("callId")
}

func chooseService() error {
	return apierr.New(apierr.Required, "You are in no call for a service: give a service and the customer's number.").On("serviceId")
}
