package sandbox_test

import (
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// What a call costs through AWS's client, in process: the goal is a median of 1 ms. SBX-6
func BenchmarkCall(b *testing.B) {
	file, err := sqlite.OpenWorld(b.Context(), filepath.Join(b.TempDir(), "sandbox.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	for name, store := range map[string]world.Store{"memory": world.Memory(), "sqlite": file} {
		b.Run(name, func(b *testing.B) {
			client := sts.NewFromConfig(config(b, over(b, store, sandbox.Options{}), "axle"))
			for b.Loop() {
				if _, err := client.GetCallerIdentity(b.Context(), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a call costs over a loopback port with AWS's client, eight at once: the goal is 2,000 calls a
// second on two cores. SBX-6
func BenchmarkLoopback(b *testing.B) {
	c := overPort(b, newSandbox(b, sandbox.Options{}), "axle")
	client := sts.NewFromConfig(c)
	b.SetParallelism(4)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := client.GetCallerIdentity(b.Context(), nil); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// From no file to the first answer: the goal is 300 ms. SBX-6
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		file, err := sqlite.OpenWorld(b.Context(), filepath.Join(b.TempDir(), "sandbox.db"))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := over(b, file, sandbox.Options{}).Credentials(b.Context(), "axle"); err != nil {
			b.Fatal(err)
		}
		file.Close()
	}
}
