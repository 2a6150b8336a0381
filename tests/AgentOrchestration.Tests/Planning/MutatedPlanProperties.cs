using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Planning.Repair;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;
using AgentOrchestration.Tests.Graph;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Planning;

/// <summary>Plans with damage to their text or to what they say, from text to verdict.</summary>
public sealed class MutatedPlanProperties
{
    private static readonly byte[] Marks = "{}[]\",:\\ \n`0-n$\u00e9"u8.ToArray();

    [Fact]
    public void A_damaged_text_that_a_strict_reader_takes_is_a_plan_and_one_that_it_does_not_take_is_none_without_a_repair()
    {
        byte[][] sound = [.. Enumerable.Range(0, 64).Select(seed => JsonSerializer.SerializeToUtf8Bytes(new DamagedPlan(seed).Plan))];
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                byte[] text = Damage(sound[seed % sound.Length], new Random(seed));
                var reader = new PlanReader(new PlanLimits());
                reader.Append(text);
                PlanReadResult reading = reader.Complete();

                bool isRepaired = reading.Plan.Repairs.Any(repair => repair.Code is not (PlanRepairCode.CodeFence or PlanRepairCode.Prose));
                Assert.True(StrictText.IsPlan(text) ? reading.Diagnostics.Count == 0 : reading.Diagnostics.Count > 0 || isRepaired, string.Join('\n', reading.Diagnostics));
                Assert.All(reading.Diagnostics, diagnostic => Assert.True(diagnostic.Path.Length == 0 || diagnostic.Path[0] == '/', diagnostic.Path));
            },
            iter: Simulations.Of(30_000));
    }

    [Fact]
    public void A_damaged_plan_is_accepted_exactly_when_a_naive_oracle_finds_nothing_wrong_after_naive_repairs() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                TaskPlan plan = Misnamed(new DamagedPlan(seed).Plan, new Random(seed));
                TaskPlan expected = NaiveRepair.Of(plan);

                TaskPlan repaired = PlanRepairer.Repair(plan);

                Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(repaired));
                Assert.Equal(JsonSerializer.Serialize(plan) != JsonSerializer.Serialize(repaired), repaired.Repairs.Count > 0);
                TaskGraph? graph = Checker.Check(repaired, out IReadOnlyList<PlanDiagnostic> diagnostics);
                Assert.Equal(new PlanOracle(expected).WhatIsWrong().Order(), diagnostics.Select(diagnostic => diagnostic.Code).Distinct().Order());
                Assert.Equal(diagnostics.Count == 0, graph is not null);
                Assert.Same(repaired, PlanRepairer.Repair(repaired));
            },
            iter: Simulations.Of(15_000));

    /// <summary>The plan with names, and with some references by them, some with space, some doubled, some missing.</summary>
    private static TaskPlan Misnamed(TaskPlan plan, Random random)
    {
        Subtask[] named = [.. plan.Subtasks.Select(subtask => random.Next(3) == 0 ? subtask : subtask with { Name = random.Next(8) == 0 ? "same" : $"the {subtask.Id}" })];
        return plan with
        {
            Subtasks = [.. named.Select(subtask => subtask with
            {
                DependsOn = [.. subtask.DependsOn.Where(_ => random.Next(10) > 0).SelectMany<string, string>(id => random.Next(8) switch
                {
                    0 => [$"the {id}"],
                    1 => [$" {id}\t"],
                    2 => [id, id],
                    3 => ["same"],
                    _ => [id],
                })],
            })],
        };
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        List<byte> text = [.. sound];
        for (int i = random.Next(4); i > 0; i--)
        {
            int place = random.Next(text.Count);
            switch (random.Next(6))
            {
                case 0:
                    text[place] = (byte)random.Next(256);
                    break;
                case 1:
                    text[place] = Marks[random.Next(Marks.Length)];
                    break;
                case 2:
                    text.RemoveAt(place);
                    break;
                case 3:
                    text.Insert(place, Marks[random.Next(Marks.Length)]);
                    break;
                case 4:
                    text.RemoveRange(place, Math.Min(random.Next(20), text.Count - place));
                    break;
                default:
                    int length = Math.Min(random.Next(20), text.Count - place);
                    text.InsertRange(random.Next(text.Count), text.GetRange(place, length));
                    break;
            }

            text.AddRange(text.Count == 0 ? " "u8 : []);
        }

        return random.Next(4) switch
        {
            0 => [.. "A plan:\n```json\n"u8, .. text, .. "\n```"u8],
            1 => [.. text, .. "\nDone."u8],
            _ => [.. text],
        };
    }
}
