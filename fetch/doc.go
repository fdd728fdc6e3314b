// Package fetch does many things at the same time, but not too many, and hands
// back the results in the order in which they were asked for. Above all it
// reads URLs:
//
//	client := fetch.Client{Timeout: 2 * time.Second}
//	for page, err := range fetch.Each(ctx, urls, 8, client.Get) {
//		if err != nil {
//			log.Print(err) // names the URL
//			continue
//		}
//		fmt.Println(page.URL, page.Status, len(page.Body))
//	}
//
// What a loop does with an error decides what becomes of the rest: with
// continue all are tried, with break or return the rest is cancelled. [All] is
// the same without a loop. When either is done, so are all goroutines that it
// started. A panic in one of the calls is an error of that call, a
// [PanicError], and not the end of the program.
//
// # URLs that come from others
//
// A server that reads URLs which its users type in can be sent to places that
// only it can reach: its own network, the cloud's metadata service. Such a
// program uses [PublicTransport], which looks at the address of every
// connection, after names are resolved and for every redirect as well:
//
//	client := fetch.Client{Transport: fetch.PublicTransport()}
package fetch
