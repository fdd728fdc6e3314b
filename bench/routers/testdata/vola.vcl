# Varnish in front of examples/starving, which needs nothing here but its address:
# what may be kept, for how long and for whom is in the headers of its answers.
vcl 4.1;

backend default {
	.host = "127.0.0.1";
	.port = "8000";
}
