package ajax

// Asked is what a request asks for.
var Asked = asked
