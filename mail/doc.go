// Package mail makes mails and sends them.
//
// A [Message] is plain data: addresses, a subject, a text and the same as HTML, attachments.
// [Message.Check] refuses what would not arrive or would add to the header. A [Sender] sends
// messages: package mail/smtp over a mail server, [Console] prints them, [Dir] keeps them as
// files, [Outbox] keeps the last ones in memory, for tests. A [Queue] sends in the background,
// and tries again what failed for a moment.
//
// Modules of a site do not need most of that. They send a page as a mail:
//
//	err := h.SendMail(ctx, tx, welcomeMail.Data(user), mail.To(mail.Address{Name: user.Name, Address: user.Email}))
//
// The page's title is the subject, and [TextOf] makes the text from its HTML.
package mail
