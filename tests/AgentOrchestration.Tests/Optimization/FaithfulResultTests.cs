using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AgentOrchestration.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>A cached result is what the code returned, or it is not cached at all.</summary>
public sealed class FaithfulResultTests
{
    [Fact]
    public Task An_instance_of_the_declared_type_is_kept() => IsKeptAsync(new Animal("Rex"));

    [Fact]
    public Task A_tuple_is_kept() => IsKeptAsync((1, "two"));

    [Fact]
    public Task A_derived_type_that_the_declared_one_names_is_kept() => IsKeptAsync<Shape>(new Circle(3));

    [Fact]
    public async Task Collections_behind_interfaces_are_kept_by_their_content()
    {
        IReadOnlyList<Animal> animals = [new Animal("Rex"), new Animal("Mimi")];
        var counts = new Dictionary<string, IReadOnlyList<int>> { ["a"] = [1, 2], ["b"] = [] };

        (SubtaskSnapshot list, bool listRan, _) = await RunTwiceAsync(() => animals);
        (SubtaskSnapshot map, bool mapRan, _) = await RunTwiceAsync<IReadOnlyDictionary<string, IReadOnlyList<int>>>(() => counts);

        Assert.Equal((false, false), (listRan, mapRan));
        Assert.Equal(animals, Assert.IsType<IReadOnlyList<Animal>>(list.Output, exactMatch: false));
        Assert.Equal([1, 2], Assert.IsType<IReadOnlyDictionary<string, IReadOnlyList<int>>>(map.Output, exactMatch: false)["a"]);
    }

    [Fact]
    public async Task Json_is_kept()
    {
        JsonNode node = new JsonObject { ["a"] = new JsonArray(1, "two", null) };

        (SubtaskSnapshot kept, bool nodeRan, _) = await RunTwiceAsync(() => node);
        (_, bool elementRan, _) = await RunTwiceAsync(() => JsonElement.Parse("[1]"));
        (_, bool boxedRan, _) = await RunTwiceAsync<object>(() => JsonElement.Parse("[1]"));

        Assert.Equal((false, false, false), (nodeRan, elementRan, boxedRan));
        Assert.True(JsonNode.DeepEquals(node, (JsonNode?)kept.Output));
    }

    [Fact]
    public Task A_derived_type_that_the_declared_one_does_not_name_is_not_cached() => IsNotCachedAsync<Animal>(() => new Dog("Rex", 4), "Dog");

    [Fact]
    public Task A_derived_type_deep_inside_is_not_cached() =>
        IsNotCachedAsync(() => new Zoo(new Dictionary<string, IReadOnlyList<Animal>> { ["north"] = [new Animal("Mimi"), new Dog("Rex", 4)] }), "Dog");

    [Fact]
    public Task An_implementation_of_an_interface_is_not_cached() => IsNotCachedAsync<INamed>(() => new Dog("Rex", 4), "Dog");

    [Fact]
    public Task An_object_is_not_cached() => IsNotCachedAsync<object>(() => new Animal("Rex"), "Animal");

    [Fact]
    public Task Text_declared_as_object_is_not_cached() => IsNotCachedAsync<object>(() => "text", "instance of string");

    [Fact]
    public Task An_object_inside_is_not_cached() => IsNotCachedAsync(() => new Dictionary<string, object> { ["number"] = 1 }, "instance of int");

    [Fact]
    public Task An_array_of_a_derived_type_is_not_cached() => IsNotCachedAsync<Animal[]>(() => new Dog[] { new("Rex", 4) }, "Dog[]");

    [Fact]
    public Task A_list_of_a_derived_class_is_not_cached() => IsNotCachedAsync<List<int>>(() => new NamedList { 1 }, "NamedList");

    [Fact]
    public Task A_property_that_cannot_be_set_is_not_lost_because_the_result_is_not_cached() => IsNotCachedAsync(() => new Counter(5), "Counter");

    private static async Task IsKeptAsync<T>(T output)
    {
        (SubtaskSnapshot subtask, bool ranAgain, _) = await RunTwiceAsync(() => output);

        Assert.False(ranAgain);
        Assert.Equal(OutputOrigin.Cached, subtask.Origin);
        Assert.Equal(output, Assert.IsType<T>(subtask.Output, exactMatch: false));
    }

    private static async Task IsNotCachedAsync<T>(Func<T> output, string named)
    {
        (SubtaskSnapshot subtask, bool ranAgain, string warning) = await RunTwiceAsync(output);

        Assert.True(ranAgain);
        Assert.Equal(output()!.GetType(), subtask.Output!.GetType());
        Assert.Contains(named, warning, StringComparison.Ordinal);
    }

    private static async Task<(SubtaskSnapshot Subtask, bool RanAgain, string Warning)> RunTwiceAsync<T>(Func<T> output)
    {
        await using CachedWork work = new((work, builder) => work.Add(builder, "make", (None _) => output()));
        await work.RunAsync("make");
        (SubtaskSnapshot subtask, bool ranAgain) = await work.RunAgainAsync("make");
        string? warning = work.Log.FirstOrDefault(line => line.Message.Contains("could not be cached", StringComparison.Ordinal))?.Exception?.Message;
        return (subtask, ranAgain, warning ?? "");
    }

    private interface INamed
    {
        string Name { get; }
    }

    private record Animal(string Name) : INamed;

    private sealed record Dog(string Name, int Legs) : Animal(Name);

    private sealed record Zoo(Dictionary<string, IReadOnlyList<Animal>> Houses);

    [JsonDerivedType(typeof(Circle), "circle")]
    private abstract record Shape;

    private sealed record Circle(int Radius) : Shape;

    private sealed class NamedList : List<int>;

    private sealed class Counter
    {
        [JsonConstructor]
        public Counter()
        {
        }

        public Counter(int count) => Count = count;

        public int Count { get; private set; }
    }
}
