// Package inspect tells what uploaded bytes are: their type, a name that is safe to keep and to send, and what clients show of
// images and PDFs. It knows no room, no database and no protocol.
//
// It guarantees that
//   - the type is what the bytes say (Sniff), and that what could run in a browser or on a machine is refused, whether its bytes
//     or its name would have it run (rule C5);
//   - only PNG, JPEG, GIF, WebP and PDF may be shown inline, HTML, SVG and what is unknown never (rule C6);
//   - a name that it has cleaned has no folder, no control or invisible character, nothing that Windows refuses, and at most 255
//     bytes; cleaning it again changes nothing;
//   - no picture is decoded that has more pixels than the limit;
//   - bytes cannot harm the server: Examine decodes in a process of its own that has bounds of time and memory, no environment,
//     and ends with this one. Whatever happens in it is an error, ErrHostile, and never more.
//
// It does not look into archives, nor for viruses, nor for macros in office files: those are never shown inline, and whoever opens
// them is asked by the program that they open them with.
package inspect
