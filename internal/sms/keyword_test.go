package sms_test

import (
	"testing"

	"parley/internal/sms"
)

func TestM9_WordsThatCount(t *testing.T) {
	t.Parallel()
	for want, all := range map[sms.Word][]string{
		sms.Stop: {
			"STOP", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "STOPALL",
			"stop", "Unsubscribe", "cAnCeL", " stop ", "Stop.", "Stop!", "STOP !", "\nStop.\r\n", "\u00a0end\u00a0", "Quit!!",
			`"STOP"`, "“Stop”", "STOP\u200b", "\u202dSTOP", "ＳＴＯＰ", "stop all",
		},
		sms.Start: {"START", "UNSTOP", "YES", "yes", "Yes!", " start."},
		sms.Help:  {"HELP", "help", "Help!", " HELP. "},
		sms.NoWord: {
			"", " ", ".", "Please stop", "stop it", "stop stop", "STOP, START", "s t o p", "stop?", "stopp", "the end", "yes please",
			"no", "help me", "stop-", "st.op", "INFO", "ARRET",
		},
	} {
		for _, text := range all {
			if got := sms.Keyword(text); got != want {
				t.Errorf("%q is %q, want %q", text, got, want)
			}
		}
	}
}
