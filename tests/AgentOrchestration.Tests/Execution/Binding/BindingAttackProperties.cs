using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Execution.Binding;

/// <summary>
/// The border between what is approved and what runs, under attack: random arguments, outputs of random types, and changes of outputs and inputs at
/// every moment. Whatever happens, an attempt receives exactly what was shown, and what was shown fits the schema.
/// </summary>
public sealed class BindingAttackProperties
{
    private static readonly PayloadSerializer Serializer = new(PayloadSerializer.DefaultOptions);

    private static readonly string[] Producers = ["order", "orders", "json", "number"];

    private static readonly PlanChecker Checker = new(
        new TaskTypeRegistry(
            [
                TaskDescriptor.For("order", "Makes.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(new Order())),
                TaskDescriptor.For("orders", "Makes.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(new List<Order>())),
                TaskDescriptor.For("json", "Makes.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(default(JsonElement))),
                TaskDescriptor.For("number", "Makes.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)),
                Consumer<Order>("pay", TaskEffect.Irreversible),
                Consumer<List<Order>>("payAll", TaskEffect.Irreversible),
                Consumer<JsonElement>("any", TaskEffect.Irreversible),
                Consumer<Order>("record", TaskEffect.Write),
                Consumer<List<Order>>("recordAll", TaskEffect.Write),
                Consumer<Order>("compute", TaskEffect.Pure),
            ],
            Serializer),
        new ResourcePools([]),
        Serializer);

    [Fact]
    public void What_runs_is_what_was_shown_whatever_is_done_to_outputs_and_inputs() =>
        Gen.Int.Sample(seed => Attack(new Random(seed)), iter: Simulations.Of(100_000));

    private static void Attack(Random random)
    {
        string type = ((string[])["pay", "payAll", "any", "record", "recordAll", "compute"])[random.Next(6)];
        JsonNode arguments = type is "payAll" or "recordAll" ? random.Next(2) == 0 ? Reference("orders") : new JsonArray(OrderOf(random), OrderOf(random))
            : type == "any" ? new JsonArray(OrderOf(random), ReferenceAnywhere(random), new SecretRef("key").ToJsonNode())
            : OrderOf(random);
        TaskGraph? graph = Checker.Check(
            TaskPlan.Create(plan =>
            {
                foreach (string producer in Producers)
                {
                    plan.Add(producer, producer);
                }

                plan.Add("consumer", type, arguments, after: [.. Producers.Select(producer => new SubtaskRef(producer))]);
            }),
            out _);
        if (graph is null)
        {
            // The plan itself breaks the schema.
            return;
        }

        object?[] outputs = [RandomOrder(random), Enumerable.Range(0, random.Next(3)).Select(_ => RandomOrder(random)).ToList(), JsonElement.Parse(RandomJson(random)), random.Next(-50, 150)];
        var inputs = new InputBinder(new GrowingGraph(graph), subtask => subtask < outputs.Length ? outputs[subtask] : null, Checker) { Reveal = name => $"value of {name}" };
        var border = new FixedInputs(inputs);
        const int subtask = 4;
        if (type is "record" or "recordAll")
        {
            // Nobody has seen it, but the schema holds.
            if (TryDo(() => border.Bind(subtask)) is { } input)
            {
                AssertFits(input);
            }

            return;
        }

        if (TryDo(() => type == "compute" ? border.FixToShare(subtask) : border.Fix(subtask)) is not JsonElement shown)
        {
            return;
        }

        string text = shown.GetRawText();
        string expected = Text(Expected(graph, subtask, text));
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            Change(random, outputs);
            object? input = border.Bind(subtask);
            AssertFits(input);
            if (Text(input) is var actual && actual != expected)
            {
                Assert.Fail($"Shown: {text}, runs in attempt {attempt}: {actual}, should be {expected}");
            }

            Change(random, [input]);
        }
    }

    /// <summary>What was shown, read by nobody but the test.</summary>
    private static object? Expected(TaskGraph graph, int subtask, string shown)
    {
        var type = graph.TaskTypes[subtask].InputType;
        if (type != typeof(JsonElement))
        {
            return Serializer.Read(JsonElement.Parse(shown), type);
        }

        // The secret is last in the arguments.
        JsonArray all = JsonNode.Parse(shown)!.AsArray();
        all[^1] = "value of key";
        return JsonElement.Parse(all.ToJsonString());
    }

    private static object? TryDo<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is InvalidPayloadException or InvalidOperationException)
        {
            // Refused, which is always safe.
            return null;
        }
    }

    /// <summary>An oracle apart from the schema. Of JSON nothing is promised but that it has no property twice.</summary>
    private static void AssertFits(object? input)
    {
        if (input is JsonElement element)
        {
            _ = JsonElement.Parse(element.GetRawText(), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return;
        }

        foreach (Order order in input is List<Order> list ? list : [(Order)input!])
        {
            for (Order? next = order; next is not null; next = next.Inner)
            {
                if (next.Amount is < 0 or > 100 || next.Items?.Count > 3)
                {
                    Assert.Fail($"It does not fit its schema: {Text(next)}");
                }
            }
        }
    }

    private static string Text(object? value) => JsonSerializer.Serialize(value, value?.GetType() ?? typeof(object), Serializer.Options);

    private static void Change(Random random, object?[] objects)
    {
        for (int index = 0; index < objects.Length; index++)
        {
            switch (objects[index])
            {
                case Order order:
                    (order.To, order.Amount) = ("mallory", 1_000_000);
                    order.Items?.Add(random.Next());
                    order.Inner = random.Next(2) == 0 ? null : order.Inner ?? new Order();
                    break;
                case List<Order> orders:
                    Change(random, [.. orders]);
                    orders.Add(RandomOrder(random));
                    break;
                case JsonElement or int when objects.Length > 1:
                    objects[index] = objects[index] is int ? random.Next() : JsonElement.Parse(RandomJson(random));
                    break;
            }
        }
    }

    private static JsonObject Reference(string text) => new JsonObject { ["$output"] = text };

    private static JsonObject ReferenceAnywhere(Random random) => Reference(((string[])["order", "orders", "json", "number", "json/inner", "order/inner", "orders/0"])[random.Next(7)]);

    private static JsonObject OrderOf(Random random) => random.Next(4) switch
    {
        0 => Reference("order"),
        1 => Reference("json"),
        2 => Reference(random.Next(2) == 0 ? "order/inner" : "json/inner"),
        _ => new JsonObject
        {
            ["to"] = random.Next(3) == 0 ? Reference("json/to") : "alice",
            ["amount"] = random.Next(3) switch { 0 => Reference("number"), 1 => Reference("order/amount"), _ => random.Next(120) },
            ["inner"] = random.Next(3) switch { 0 => Reference("order"), 1 => Reference("json"), _ => null },
        },
    };

    private static Order RandomOrder(Random random, int depth = 0)
    {
        Order order = random.Next(3) == 0 ? new Wire { Overdraft = random.Next() } : new Order();
        order.To = $"to {random.Next(3)}";
        order.Amount = random.Next(5) == 0 ? random.Next(-200, 300) : random.Next(101);
        order.Items = random.Next(2) == 0 ? null : [.. Enumerable.Range(0, random.Next(10) == 0 ? 5 : 2)];
        order.Inner = depth < 2 && random.Next(3) == 0 ? RandomOrder(random, depth + 1) : null;
        return order;
    }

    /// <summary>Properties twice, in another case, of other types, beyond bounds; data that looks like a reference.</summary>
    private static string RandomJson(Random random, int depth = 0)
    {
        if (random.Next(8) == 0)
        {
            return ((string[])["""{"$secret":"key"}""", """{"$output":"order"}""", "[]", "null", "7", "\"text\""])[random.Next(6)];
        }

        List<string> properties = [];
        foreach (string name in (string[])["to", "To", "amount", "Amount", "AMOUNT", "items", "inner", "Inner", "more"])
        {
            if (random.Next(name[0] is >= 'A' and <= 'Z' ? 8 : 2) == 0)
            {
                string value = name.ToUpperInvariant() switch
                {
                    "TO" => "\"alice\"",
                    "AMOUNT" => random.Next(4) == 0 ? "1000000" : $"{random.Next(101)}",
                    "ITEMS" => random.Next(4) == 0 ? "[1,2,3,4]" : "[1]",
                    _ => depth < 2 ? RandomJson(random, depth + 1) : "null",
                };
                properties.Add($"\"{name}\":{value}");
                if (random.Next(12) == 0)
                {
                    properties.Add(properties[^1]);
                }
            }
        }

        return $"{{{string.Join(',', properties)}}}";
    }

    private static TaskDescriptor Consumer<T>(string name, TaskEffect effect) => TaskDescriptor.For(
        name, "Consumes.", (T _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"), options => options.Effect = effect);

    private class Order
    {
        public string? To { get; set; }

        [Range(0, 100)]
        public int Amount { get; set; }

        [MaxLength(3)]
        public List<int>? Items { get; set; }

        public Order? Inner { get; set; }
    }

    private sealed class Wire : Order
    {
        public int Overdraft { get; set; }
    }
}
