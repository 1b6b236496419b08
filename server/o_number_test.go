package main

import "testing"

const numberSelection = "phoneNumber { id number country status }"

// An administrator sees what there is, buys it, and SMS is on; releases it, and SMS is off.
func TestO8_SMSIsOnWhileANumberIsHeld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, agent, phone := h.SignIn("admin@other.example"), h.SignIn("agent@other.example"), h.Phone(adasNumber)
	agent.TryInvite(agent.CreateRoom(), bySMS(phone), "Ada", "Lovelace").refused("SMS_NOT_ACTIVATED", "channel")

	offered := admin.ask(`{ organization { availablePhoneNumbers(country: "US", areaCode: "201", first: 3) { number country areaCode } } }`, nil).ok()
	if got := offered.texts("organization.availablePhoneNumbers", "areaCode"); len(got) != 3 || got[0] != "201" {
		t.Fatalf("offered %s", offered.body)
	}
	number := offered.text("organization.availablePhoneNumbers.0.number")
	buy := vars{"number": number, "idempotencyKey": "a key"}
	bought := admin.mutate("purchasePhoneNumber", buy, numberSelection).ok()
	if again := admin.mutate("purchasePhoneNumber", buy, numberSelection).ok(); string(again.body) != string(bought.body) || bought.text("phoneNumber.status") != "HELD" {
		t.Errorf("bought %s, and again %s", bought.body, again.body)
	}
	admin.mutate("purchasePhoneNumber", buy.with(vars{"number": "+12015550199"}), numberSelection).refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	h.SignIn("admin@demo.example").mutate("purchasePhoneNumber", vars{"number": number}, numberSelection).refused("NUMBER_NOT_AVAILABLE", "number")
	agent.Invite(agent.CreateRoom(), bySMS(phone), "Ada", "Lovelace")
	phone.Expect("Ada")

	id := bought.text("phoneNumber.id")
	admin.mutate("releasePhoneNumber", vars{"id": id, "confirm": false}, numberSelection).refused("CONFIRMATION_REQUIRED", "confirm")
	if a := admin.mutate("releasePhoneNumber", vars{"id": id, "confirm": true}, numberSelection).ok(); a.text("phoneNumber.status") != "RELEASED" {
		t.Errorf("released %s", a.body)
	}
	agent.TryInvite(agent.CreateRoom(), bySMS(h.Phone("+447400123457")), "Eve", "Lovelace").refused("SMS_NOT_ACTIVATED", "channel")
}

// The demo's services have SMS by its one number.
func TestO8_ServicesLoseSMSWithTheirNumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	const services = `{ organization { services { name supportsSms } phoneNumbers { id number } } }`
	before := admin.ask(services, nil).ok()
	if !before.yes("organization.services.0.supportsSms") || !before.yes("organization.services.1.supportsSms") {
		t.Fatalf("there is %s", before.body)
	}
	admin.mutate("releasePhoneNumber", vars{"id": before.text("organization.phoneNumbers.0.id"), "confirm": true}, numberSelection).ok()
	after := admin.ask(services, nil).ok()
	if after.yes("organization.services.0.supportsSms") || after.yes("organization.services.1.supportsSms") || len(after.texts("organization.phoneNumbers", "id")) != 0 {
		t.Errorf("there is %s", after.body)
	}
}
