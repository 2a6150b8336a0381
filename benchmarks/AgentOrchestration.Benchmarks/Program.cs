using System.CommandLine;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Latency;
using AgentOrchestration.Benchmarks.Ledger;
using AgentOrchestration.Benchmarks.Pieces;
using AgentOrchestration.Benchmarks.Report;
using AgentOrchestration.Benchmarks.Schedules;
using AgentOrchestration.Benchmarks.Simulator;
using AgentOrchestration.Benchmarks.Tables;

Machine.NoteLoad();
var root = new RootCommand("Measures the library. Absolute times mean little from machine to machine; ratios within one run do.");
root.Subcommands.Add(CompareCommand.Create());
root.Subcommands.Add(LatencyCommand.Create());
root.Subcommands.Add(PiecesCommand.Create());
root.Subcommands.Add(ReportBenchmark.Create());
root.Subcommands.Add(ResourcesCommand.Create());
