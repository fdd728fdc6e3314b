package mail_test

import (
	"context"
	"fmt"

	"github.com/volaweb/vola/mail"
)

func Example() {
	var outbox mail.Outbox // or another Sender

	// snippet: message
	m := mail.Message{
		From:        mail.Address{Name: "Tea Shop", Address: "shop@example.org"},
		To:          []mail.Address{{Name: "Ann", Address: "ann@example.com"}},
		Subject:     "Your invoice",
		Text:        "Your invoice is attached.\n",
		HTML:        "<p>Your invoice is attached.</p>",
		Attachments: []mail.Attachment{{Name: "invoice.pdf", Type: "application/pdf", Content: []byte("%PDF-")}},
	}
	err := outbox.Send(context.Background(), m)
	// end snippet
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, sent := range outbox.Sent() {
		fmt.Println(sent.Number, sent.Message.Subject, sent.Message.Recipients())
	}
	// Output: 1 Your invoice [ann@example.com]
}

func ExampleTextOf() {
	fmt.Print(mail.TextOf(`<h1>Hello, Ann</h1>
		<p>Your order is <b>on its way</b>: see <a href="https://example.org/orders/7/">order 7</a>.</p>
		<ul><li>Tea</li><li>A pot</li></ul>
		<p><a href="https://example.org/cancel/">Cancel it</a></p>`))
	// Output:
	// Hello, Ann
	// ==========
	//
	// Your order is on its way: see order 7 (https://example.org/orders/7/).
	//
	// - Tea
	// - A pot
	//
	// Cancel it
	// https://example.org/cancel/
}

func ExampleQueue() {
	var outbox mail.Outbox
	q := mail.NewQueue(mail.QueueConfig{Sender: &outbox})
	if err := q.Add(mail.Message{From: ann, To: []mail.Address{bob}, Text: "Hello"}); err != nil {
		fmt.Println(err)
	}
	if err := q.Close(context.Background()); err != nil { // waits until it is sent
		fmt.Println(err)
	}
	fmt.Println(len(outbox.Messages()))
	// Output: 1
}
