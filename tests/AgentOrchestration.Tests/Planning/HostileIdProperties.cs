using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Planning.Repair;
using AgentOrchestration.Plans.Reading;
using AgentOrchestration.Tests.Graph;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Planning;

/// <summary>Ids that would be a path, a statement, or another id to somebody. They are refused as they are, never made into others.</summary>
public sealed class HostileIdProperties
{
    private static readonly string[] Fragments =
    [
        "a", "A", "b", "0", "_", "-", "а", "ａ", "á", "a\u0301", "ß", "İ", "ı", "K", "…", "/", "\\", "..", "../", "~", "C:", "CON", "nul", "%2e", "\0", "\n", "\r", "\t", " ", "\u00a0", "\u200b", "\u202e",
        "\ufeff", "\u001b[31m", "'", "\"", ";", "--", "'; DROP TABLE runs; --", "${x}", "{{x}}", "<script>", "$plan", "$output", "*", "?", "|", "😀", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    private static readonly Gen<string> Ids = Gen.Int[0, Fragments.Length - 1].Array[0, 3].Select(chosen => string.Concat(chosen.Select(index => Fragments[index])));

    [Fact]
    public void An_id_is_taken_as_it_is_or_refused_and_two_that_differ_are_two() =>
        Gen.Select(Ids, Ids, Gen.Bool).Sample(
            (first, second, isSame) =>
            {
                second = isSame ? first : second;
                string answer = JsonSerializer.Serialize(new { subtasks = new object[] { new { id = first, type = "nothing" }, new { id = second, type = "nothing", dependsOn = new[] { first } } } });
                TaskPlan plan = PlanRepairer.Repair(PlanAnswerReader.Read(answer, new PlanLimits()));

                Assert.Equal([first, second], plan.Subtasks.Select(subtask => subtask.Id));
                TaskGraph? graph = Checker.Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics);
                PlanDiagnosticCode[] codes = [.. diagnostics.Select(diagnostic => diagnostic.Code)];
                Assert.Equal(new[] { first, second }.Count(id => !IsPlain(id)), codes.Count(code => code == PlanDiagnosticCode.InvalidId));
                Assert.Equal(string.Equals(first, second, StringComparison.Ordinal), codes.Contains(PlanDiagnosticCode.DuplicateId));
                Assert.Equal(IsPlain(first) && IsPlain(second) && first != second, graph is not null);
                Assert.Equal(graph is null ? null : [0], graph?.Dependencies[1]);
            },
            iter: Simulations.Of(10_000));

    private static bool IsPlain(string id) => id.Length is >= 1 and <= 64 && id.All(letter => letter is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '-');
}
