using System.Text.Json;
using CsCheck;

namespace AgentOrchestration.Tests.Plans.Reading;

public sealed class TaskPlanJsonTests
{
    [Fact]
    public void Write_IsTheFormThatModelsUse()
    {
        TaskPlan plan = TaskPlan.Create(builder =>
        {
            builder.Goal = "Know.";
            SubtaskRef first = builder.Add("first", "read", options: new() { Name = "Read", EstimatedDuration = TimeSpan.FromSeconds(90), Resources = ResourceRequirements.Of("gpu", 1) });
            builder.Add("second", "write", input: first.Output("/rows"), options: new() { Description = "Writes." });
        });

        Assert.Equal(
            """
            {"goal":"Know.","subtasks":[{"id":"first","name":"Read","type":"read","estimatedMinutes":1.5,"resources":{"gpu":1}},{"id":"second","description":"Writes.","type":"write","dependsOn":["first"],"arguments":{"$output":"first/rows"}}]}
            """,
            JsonSerializer.Serialize(plan));
    }

    [Fact]
    public void Read_WhatWasWritten_GivesTheSamePlan() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                TaskPlan plan = RandomPlan.Of(seed);
                string json = JsonSerializer.Serialize(plan);
                TaskPlan read = JsonSerializer.Deserialize<TaskPlan>(json)!;

                Assert.Equal(json, JsonSerializer.Serialize(read));
                Assert.Equal(plan.Goal, read.Goal);
                Assert.Equal(plan.Subtasks.Count, read.Subtasks.Count);
                Assert.All(plan.Subtasks.Zip(read.Subtasks), pair => AssertSame(pair.First, pair.Second));
            },
            iter: 2_000);

    [Fact]
    public void Read_EveryDuration_IsExactToTheTick() =>
        Gen.Long[0, TimeSpan.FromDays(366).Ticks].Sample(ticks =>
        {
            var subtask = new Subtask { Id = "a", TaskType = "t", EstimatedDuration = new TimeSpan(ticks) };
            string json = JsonSerializer.Serialize(new TaskPlan { Subtasks = [subtask] });

            Assert.Equal(ticks, JsonSerializer.Deserialize<TaskPlan>(json)!.Subtasks[0].EstimatedDuration!.Value.Ticks);
        });

    [Fact]
    public void Read_OnlyWhatIsRequired_HasTheDefaults()
    {
        Subtask subtask = Assert.Single(JsonSerializer.Deserialize<TaskPlan>("""{"subtasks":[{"id":"a","type":"t"}]}""")!.Subtasks);

        Assert.Equal(("a", "t", "a"), (subtask.Id, subtask.TaskType, subtask.Name));
        Assert.Null(subtask.Description);
        Assert.Empty(subtask.DependsOn);
        Assert.Null(subtask.Arguments);
        Assert.Null(subtask.EstimatedDuration);
        Assert.True(subtask.Resources.IsNone);
    }

    [Fact]
    public void Read_NullWhereSomethingMayBeLeftOut_IsLeftOut()
    {
        TaskPlan plan = JsonSerializer.Deserialize<TaskPlan>(
            """{"goal":null,"subtasks":[{"id":"a","type":"t","name":null,"description":null,"dependsOn":null,"arguments":null,"estimatedMinutes":null,"resources":null}]}""")!;

        Assert.Equal("", plan.Goal);
        Assert.Equal("""{"subtasks":[{"id":"a","type":"t"}]}""", JsonSerializer.Serialize(plan));
    }

    [Theory]
    [InlineData("", "tokens")]
    [InlineData("[]", "PlanDocument")]
    [InlineData("42", "PlanDocument")]
    [InlineData("{}", "subtasks")]
    [InlineData("""{"subtasks":null}""", "subtasks")]
    [InlineData("""{"subtasks":{}}""", "subtasks")]
    [InlineData("""{"subtasks":[null]}""", "A subtask is null")]
    [InlineData("""{"subtasks":[{"id":"a"}]}""", "type")]
    [InlineData("""{"subtasks":[{"type":"t"}]}""", "id")]
    [InlineData("""{"subtasks":[{"id":null,"type":"t"}]}""", "id")]
    [InlineData("""{"subtasks":[{"id":1,"type":"t"}]}""", "id")]
    [InlineData("""{"subtasks":[{"id":"a","id":"b","type":"t"}]}""", "id")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","dependson":[]}]}""", "dependson")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","dependsOn":"b"}]}""", "dependsOn")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","arguments":{"x":1,"x":2}}]}""", "'x'")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","arguments":{"x":"\ud800"}}]}""", "not valid Unicode")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","estimatedMinutes":-1}]}""", "-1 minutes")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","estimatedMinutes":1e400}]}""", "minutes")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","estimatedMinutes":"5"}]}""", "estimatedMinutes")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","resources":{"gpu":-1}}]}""", "'gpu'")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","resources":[]}]}""", "names and whole amounts")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t",}]}""", "trailing comma")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t"}""", "end")]
    public void Read_Malformed_SaysWhere(string json, string what)
    {
        JsonException refusal = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TaskPlan>(json));

        Assert.Contains(what, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NestedDeeperThanAnyStack_IsRefused()
    {
        string json = $$"""{"subtasks":[{"id":"a","type":"t","arguments":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}]}""";

        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TaskPlan>(json));
    }

    [Fact]
    public void Read_AnyPlanWithOneByteChanged_IsAPlanOrAJsonException() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], Gen.Byte).Sample(
            (seed, place, value) =>
            {
                byte[] json = JsonSerializer.SerializeToUtf8Bytes(RandomPlan.Of(seed));
                json[place % json.Length] = value;
                try
                {
                    TaskPlan? plan = JsonSerializer.Deserialize<TaskPlan>(json);
                    Assert.NotEmpty(JsonSerializer.Serialize(plan));
                }
                catch (JsonException refusal)
                {
                    Assert.NotEmpty(refusal.Message);
                }
            },
            iter: 5_000);

    private static void AssertSame(Subtask expected, Subtask actual)
    {
        Assert.Equal(
            (expected.Id, expected.TaskType, expected.Name, expected.Description, expected.EstimatedDuration, expected.Resources),
            (actual.Id, actual.TaskType, actual.Name, actual.Description, actual.EstimatedDuration, actual.Resources));
        Assert.Equal(expected.DependsOn, actual.DependsOn);
        Assert.Equal(expected.Arguments is null, actual.Arguments is null);
        Assert.True(expected.Arguments is null || JsonElement.DeepEquals(expected.Arguments.Value, actual.Arguments!.Value));
    }
}
