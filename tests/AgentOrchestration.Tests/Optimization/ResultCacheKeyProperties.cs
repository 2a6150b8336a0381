using System.Text.Json.Nodes;
using AgentOrchestration.Tests.Execution;
using CsCheck;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>Work is the same only if task type, version and input all are. The keys are those that reach the distributed cache.</summary>
public sealed class ResultCacheKeyProperties
{
    // Characters that a key made by joining its parts would mix up.
    private static readonly Gen<string> Texts = Gen.Char[":1/,\"\\ab\0é"].Array[0, 4].Select(chars => new string(chars));
    private static readonly Gen<string> Names = Gen.Char["ab1-_"].Array[1, 4].Select(chars => new string(chars));
    private static readonly Gen<JsonNode?> Leaves = Gen.OneOf(
        Gen.Int[-3, 3].Select(number => (JsonNode?)JsonValue.Create(number)),
        Texts.Select(text => (JsonNode?)JsonValue.Create(text)),
        Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag)),
        Gen.Const((JsonNode?)null));

    private static readonly Gen<JsonNode?> Values = Gen.Recursive<JsonNode?>((depth, inner) => depth == 3
        ? Leaves
        : Gen.OneOf(
            Leaves,
            inner.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
            Gen.Select(Texts, inner).Array[0, 3].Select(ObjectOf)));

    private static readonly Gen<JsonNode> Inputs = Values.Where(value => value is JsonObject or JsonArray && value.ToJsonString().Length > 2).Select(value => value!);

    [Fact]
    public async Task A_key_changes_with_the_task_type() =>
        await Gen.Select(Names, Names, Inputs).Where((one, other, _) => one != other).SampleAsync(async (one, other, input) =>
            Assert.NotEqual(await KeyOfAsync(one, 1, input), await KeyOfAsync(other, 1, input)));

    [Fact]
    public async Task A_key_changes_with_the_version() =>
        await Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20], Inputs).Where((one, other, _) => one != other).SampleAsync(async (one, other, input) =>
            Assert.NotEqual(await KeyOfAsync("type", one, input), await KeyOfAsync("type", other, input)));

    [Fact]
    public async Task A_key_changes_with_any_one_value_or_name_in_the_input() =>
        await Gen.Select(Inputs, Gen.Int[0, 1000], Leaves).SampleAsync(async (input, place, leaf) =>
        {
            JsonNode mutated = Mutate(input, place, leaf);
            bool same = JsonNode.DeepEquals(input, mutated);

            Assert.Equal(same, await KeyOfAsync("type", 1, input) == await KeyOfAsync("type", 1, mutated));
        });

    [Fact]
    public async Task A_key_stays_whatever_the_order_of_properties() =>
        await Inputs.SampleAsync(async input =>
            Assert.Equal(await KeyOfAsync("type", 1, input), await KeyOfAsync("type", 1, Reversed(input)!)));

    private static async Task<string> KeyOfAsync(string taskType, int version, JsonNode input)
    {
        var server = new FakeDistributedCache();
        await using Engine engine = new(
            builder => builder.UseResultCache().AddTaskType(
                taskType,
                "Works.",
                (JsonNode _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"),
                options =>
                {
                    options.Effect = TaskEffect.Pure;
                    options.Version = version;
                }),
            services: services => services.AddSingleton<IDistributedCache>(server));
        await engine.RunAsync(plan => plan.Add("only", taskType, input.DeepClone()));
        return Assert.Single(server.Keys, key => !key.StartsWith("agent-orchestration:epoch:", StringComparison.Ordinal));
    }

    private static JsonObject ObjectOf((string Name, JsonNode? Value)[] properties) =>
        new(properties.DistinctBy(property => property.Name).Select(property => KeyValuePair.Create(property.Name, property.Value?.DeepClone())));

    /// <summary>Changes one thing: a value becomes another, or a property gets another name.</summary>
    private static JsonNode Mutate(JsonNode input, int place, JsonNode? leaf)
    {
        JsonNode copy = input.DeepClone();
        JsonNode[] containers = [.. ContainersIn(copy).Where(container => container.ToJsonString().Length > 2)];
        switch (containers[place % containers.Length])
        {
            case JsonArray array:
                array[place % array.Count] = leaf?.DeepClone();
                break;
            case JsonObject properties when place % 2 == 0:
                properties[properties.ElementAt(place % properties.Count).Key] = leaf?.DeepClone();
                break;
            case JsonObject properties:
                (string name, JsonNode? value) = properties.ElementAt(place % properties.Count);
                properties.Remove(name);
                properties[name + "x"] = value;
                break;
        }

        return copy;
    }

    private static IEnumerable<JsonNode> ContainersIn(JsonNode? node) => node switch
    {
        JsonArray array => array.SelectMany(ContainersIn).Prepend(array),
        JsonObject properties => properties.SelectMany(property => ContainersIn(property.Value)).Prepend(properties),
        _ => [],
    };

    private static JsonNode? Reversed(JsonNode? node) => node switch
    {
        JsonArray array => new JsonArray([.. array.Select(Reversed)]),
        JsonObject properties => new JsonObject(properties.Reverse().Select(property => KeyValuePair.Create(property.Key, Reversed(property.Value)))),
        { } leaf => leaf.DeepClone(),
        null => null,
    };
}
