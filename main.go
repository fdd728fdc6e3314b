package vola

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/joho/godotenv"

	"github.com/volaweb/vola/internal/cli"
)

// Main runs the site with the program's arguments, environment and streams,
// and exits. Variables in a file .env in the working directory are taken as if
// they were in the environment, which goes before them. SIGINT and SIGTERM end
// the program in order; a second one ends it at once, and so does the end of 25
// seconds, for what does not listen.
func Main(cfg Config) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	cutOff(ctx, os.Stderr, os.Exit)
	vars, err := environment()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(cli.Wrong)
	}
	p := &program{cfg: cfg.withDefaults(), vars: vars, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.main(ctx, os.Args[1:]))
}

// endTimeout is how long the program may go on after the signal to stop: as
// long as requests may, and a little to close what is open.
const endTimeout = drainTimeout + 5*time.Second

// cutOff ends the program when it still runs endTimeout after ctx is done.
func cutOff(ctx context.Context, stderr io.Writer, exit func(int)) {
	context.AfterFunc(ctx, func() {
		time.AfterFunc(endTimeout, func() {
			fmt.Fprintf(stderr, "stop: something was still running %v after the signal and was cut off\n", endTimeout)
			exit(cli.Failed)
		})
	})
}

// environment returns the variables of the process and of the file .env.
func environment() (variables, error) {
	file, err := godotenv.Read(dotEnv)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		// The parser's own text may quote a secret.
		return variables{}, errors.New("the file .env cannot be read: each line must be NAME=value")
	}
	vars := variables{values: environMap(os.Environ()), origins: map[string]string{}}
	for name, value := range file {
		if _, ok := vars.values[name]; !ok {
			vars.values[name], vars.origins[name] = value, absolute(dotEnv)
		}
	}
	return vars, nil
}

// dotEnv is the file with variables in the working directory.
const dotEnv = ".env"

// Run runs the command that args name and returns the exit status: 0, 1 when
// the command failed, 2 when it was called or configured in the wrong way.
// environ holds "NAME=value" pairs, of which a later one wins. Run reads
// nothing from the process it runs in, so tests run the real program, several
// at once. It returns when the command is done; serve is done when ctx is.
func Run(ctx context.Context, cfg Config, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{cfg: cfg.withDefaults(), vars: variables{values: environMap(environ)}, stdin: stdin, stdout: stdout, stderr: stderr}
	return p.main(ctx, args)
}
