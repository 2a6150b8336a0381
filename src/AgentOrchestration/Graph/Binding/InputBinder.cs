using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Binding;

/// <summary>Makes the input of a subtask from its arguments and the outputs they refer to.</summary>
/// <param name="graph">The graph.</param>
/// <param name="outputOf">The output of a subtask that has succeeded; <see langword="null"/> for one that has not and need not have.</param>
/// <param name="checker">Knows the schemas of inputs and the limits of what is bound.</param>
internal sealed class InputBinder(GrowingGraph graph, Func<int, object?> outputOf, PlanChecker checker)
{
    /// <summary>The number of misfits that an error names.</summary>
    private const int MaxMisfits = 3;

    private readonly PayloadSerializer _serializer = checker.Serializer;
    private ConditionParts? _conditions;

    /// <summary>Gets the value of a secret, for what is bound and nothing else; <see langword="null"/> where there are none.</summary>
    public Func<string, string>? Reveal { get; init; }

    /// <summary>
    /// Outputs as they were when their code had returned, for a run that hands copies of them to dependants; <see langword="null"/> for a run whose
    /// dependants share them.
    /// </summary>
    public WrittenOutputs? Written { get; init; }

    /// <summary>
    /// Whether the input of a subtask is always made from JSON that has been checked: somebody approves it, or what it does cannot be undone.
    /// </summary>
    public bool IsGuarded(int subtask) => graph.Policies[subtask].RequiresApproval || graph.TaskTypes[subtask].Effect == TaskEffect.Irreversible;

    /// <summary>Makes the input of a subtask.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="resolved">Its resolved arguments, when they have been shown, checked or stored: it is made from these and nothing else.</param>
    public object? Bind(int subtask, JsonElement? resolved = null)
    {
        Type type = graph.TaskTypes[subtask].InputType;
        if (type == typeof(None) || graph.Inputs[subtask] is not { } binding)
        {
            return None.Value;
        }

        if (resolved is null && !IsGuarded(subtask) && IsObject(binding, type, out int source))
        {
            if (checker.InputSchemas.Of(graph.TaskTypes[subtask]).HasConstraints)
            {
                ResolveAndCheck(subtask, binding);
            }

            return OutputFor(source);
        }

        JsonElement arguments = resolved ?? ResolveAndCheck(subtask, binding);
        return Read(binding.HasSecrets ? SecretFiller.Fill(binding.Arguments, arguments, Reveal ?? NoSecrets) : arguments, type);
    }

    /// <summary>An output as a dependant receives it: the object itself, or a copy where outputs are isolated.</summary>
    public object? OutputFor(int subtask) =>
        Written is not null && outputOf(subtask) is { } output && WrittenOutputs.MayChange(output) ? ReadOutput(subtask, Write(subtask)) : outputOf(subtask);

    /// <summary>Whether the arguments of a subtask refer to outputs.</summary>
    public bool HasReferences(int subtask) => graph.Inputs[subtask] is { Sources.Count: > 0 };

    /// <summary>
    /// Resolves the arguments of a subtask and checks them against the schema of its input. Secrets stay references: nobody who looks at the result
    /// sees their values.
    /// </summary>
    public JsonElement ResolveAndCheck(int subtask)
    {
        if (graph.Inputs[subtask] is not { } binding)
        {
            return NoArguments;
        }

        return ResolveAndCheck(subtask, binding);
    }

    /// <summary>The same, for work that may stand for equal work: only if its input can be made from that JSON.</summary>
    public JsonElement ResolveToShare(int subtask)
    {
        JsonElement arguments = ResolveAndCheck(subtask);
        Type type = graph.TaskTypes[subtask].InputType;
        if (graph.Inputs[subtask] is { } binding && type != typeof(None) && IsObject(binding, type, out _))
        {
            // Without sharing it would be the object itself, which needs no JSON form.
            Read(arguments, type);
        }

        return arguments;
    }

    /// <summary>The arguments with every reference replaced by what it refers to.</summary>
    public JsonElement Resolve(InputBinding binding) => new ArgumentsResolver(binding, Write, Part, checker.MaxInputBytes).Resolve();

    /// <summary>
    /// The same, but an output of another type than the declared one also says which: two objects that only look equal are not equal work, where
    /// code was given the objects.
    /// </summary>
    public JsonElement ResolveExactly(InputBinding binding) =>
        new ArgumentsResolver(binding, WriteExactly, PartExactly, long.MaxValue) { TypeOf = ActualTypeOf }.Resolve();

    private static string NoSecrets(string name) => throw new NotSupportedException($"The arguments name the secret '{Excerpt.Of(name)}', but this executor knows no secrets.");

    private static InvalidPayloadException Invalid(string message, Exception? exception = null) =>
        new(InvalidPayloadException.InvalidArguments, message, exception) { IsFinal = true };

    /// <summary>Whether the input is the output of a dependency as an object.</summary>
    private bool IsObject(InputBinding binding, Type type, out int source)
    {
        source = binding.IsOneOutput && binding.Sources[0].Path.Length == 0 ? binding.Sources[0].Subtask : -1;
        return source >= 0 && outputOf(source) is { } output && type.IsInstanceOfType(output);
    }

    private JsonElement ResolveAndCheck(int subtask, InputBinding binding)
    {
        if (binding.Sources.Count == 0)
        {
            // It was checked with the plan.
            return binding.Arguments;
        }

        var resolver = new ArgumentsResolver(binding, Write, Part, checker.MaxInputBytes);
        JsonElement arguments = resolver.Resolve();
        TaskDescriptor taskType = graph.TaskTypes[subtask];
        InputSchema schema = checker.InputSchemas.Of(taskType);
        if (schema.HasConstraints || IsGuarded(subtask))
        {
            Check(taskType, schema.Schema, arguments, resolver);
        }

        return arguments;
    }

    private void Check(TaskDescriptor taskType, JsonElement schema, JsonElement arguments, ArgumentsResolver resolver)
    {
        List<string> misfits = [];
        new JsonSchemaCheck(
            schema,
            isReference: value => resolver.IsSecret(arguments, value),
            onReference: static (_, _, _) => { },
            onMisfit: (place, message) => misfits.Add(place.IsRoot ? message : $"{place}: {message}"),
            new PatternMatcher())
        {
            AcceptsMore = true,
            IgnoresCase = _serializer.Options.PropertyNameCaseInsensitive,
        }.Run(arguments);
        if (misfits.Count > 0)
        {
            string more = misfits.Count > MaxMisfits ? $" And {misfits.Count - MaxMisfits} more." : "";
            throw Invalid($"The arguments with the outputs they refer to do not fit the input schema of '{taskType.Name}'. {string.Join(" ", misfits.Take(MaxMisfits))}{more}");
        }
    }

    private object? Read(JsonElement arguments, Type type)
    {
        try
        {
            return _serializer.Read(arguments, type);
        }
        catch (Exception exception)
        {
            throw Invalid($"The input cannot be read as '{CSharpName.Of(type)}': {exception.Message}", exception);
        }
    }

    /// <summary>The list that a subtask works through.</summary>
    public JsonElement ReadList(OutputSource source)
    {
        JsonElement list = Part(new BoundOutputs([source], Write), source);
        return list.ValueKind == JsonValueKind.Array
            ? list
            : throw new InvalidOperationException($"'{graph.SubtaskAt(source.Subtask).Id}{source.Path}' is not a list, but {list.ValueKind}.");
    }

    /// <summary>The part of an output that a condition looks at, or <see langword="null"/> when the output has none such. Each condition asks once.</summary>
    public JsonElement? FindForCondition(OutputSource source) =>
        LazyInitializer.EnsureInitialized(ref _conditions, () => new ConditionParts(graph, WriteOutputOf)).Find(source);

    /// <summary>The output of a subtask as JSON: as it was when its code had returned, where that is kept, or as it is now.</summary>
    public JsonElement WriteOutputOf(int subtask)
    {
        object? output = outputOf(subtask);
        if (Written is not null && Written.TryGet(subtask, output, out JsonElement written))
        {
            return written;
        }

        return output is null or None or JsonElement or IItemResult[] || !DecidesByItself(output.GetType(), TypeOf(subtask))
            ? Write(output, subtask)
            : _serializer.Write(output, output.GetType());
    }

    /// <summary>An output as it is remembered, apart from whatever it was made of.</summary>
    public JsonElement WriteOutput(int subtask, object? output) => output is JsonElement element ? element.Clone() : Write(output, subtask);

    /// <summary>An output as it was remembered.</summary>
    public object? ReadOutput(int subtask, JsonElement output)
    {
        if (graph.SubtaskAt(subtask).OnItemFailure.ListsErrors)
        {
            return ItemResultsJson.Read(output, graph.TaskTypes[subtask], _serializer);
        }

        Type type = TypeOf(subtask);
        return type == typeof(None) ? None.Value
            : type == typeof(JsonElement) ? output.ValueKind == JsonValueKind.Undefined ? throw new InvalidOperationException("It is not JSON.") : output.Clone()
            : _serializer.Read(output, type);
    }

    private static JsonElement Null { get; } = JsonElement.Parse("null");

    private static JsonElement NoArguments { get; } = JsonElement.Parse("{}");

    private JsonElement Write(object? output, int subtask) => output is IItemResult[] results
        ? ItemResultsJson.Write(results, graph.TaskTypes[subtask].OutputType, _serializer)
        : Write(output, TypeOf(subtask));

    private JsonElement Write(object? output, Type type) => output switch
    {
        null => Null,
        JsonElement element => element,
        None => JsonElement.Parse("{}"),
        _ => _serializer.Write(output, type),
    };

    /// <summary>The type of a subtask's output: of a for-each, a list.</summary>
    public Type TypeOf(int subtask) => graph.SubtaskAt(subtask) is not { IsForEach: true } each ? graph.TaskTypes[subtask].OutputType
        : each.OnItemFailure.ListsErrors ? graph.TaskTypes[subtask].Invoker.ResultListType
        : graph.TaskTypes[subtask].Invoker.OutputListType;

    private JsonElement Part(BoundOutputs outputs, OutputSource source)
    {
        if (outputs[source.Subtask].ValueKind == JsonValueKind.Null && source.IsOptional)
        {
            return Null;
        }

        if (!outputs.TryFind(source, out JsonElement part))
        {
            throw new InvalidOperationException($"The output of '{graph.SubtaskAt(source.Subtask).Id}' has no part '{source.Path}'.");
        }

        return part.ValueKind == JsonValueKind.Null && source.RefusesNull
            ? throw Invalid($"The output of '{graph.SubtaskAt(source.Subtask).Id}{source.Path}' is null, but the input takes no null in its place.")
            : part;
    }

    /// <summary>What the code of an output's type throws says nothing about where it was.</summary>
    private JsonElement Write(int subtask)
    {
        try
        {
            return WriteOutputOf(subtask);
        }
        catch (Exception exception)
        {
            throw Invalid($"The output of '{graph.SubtaskAt(subtask).Id}' cannot be written as JSON: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Whether an object is written by its own type. Not where the declared type says itself how others are written, and not for lists, whose items
    /// are of the declared type.
    /// </summary>
    private bool DecidesByItself(Type actual, Type declared) =>
        actual != declared
        && _serializer.WhyMissing(actual) is null
        && JsonMetadata.Of(_serializer.Options, declared) is { Kind: JsonTypeInfoKind.Object, PolymorphismOptions: null }
        && JsonMetadata.Of(_serializer.Options, actual).Kind == JsonTypeInfoKind.Object;

    private JsonElement WriteExactly(int subtask) => outputOf(subtask) is { } output and not (None or JsonElement or IItemResult[])
        ? _serializer.Write(output, output.GetType())
        : Write(subtask);

    private JsonElement PartExactly(BoundOutputs outputs, OutputSource source) =>
        outputs.TryFind(source, out JsonElement part) ? part : Part(new BoundOutputs([source], Write), source);

    private Type? ActualTypeOf(OutputSource source) =>
        outputOf(source.Subtask) is { } output and not (None or JsonElement or IItemResult[]) && output.GetType() is var type && type != TypeOf(source.Subtask) ? type : null;
}
