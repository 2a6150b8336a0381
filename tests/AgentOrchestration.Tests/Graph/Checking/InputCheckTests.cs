using System.Text.Json;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Graph.Checking;

public sealed class InputCheckTests
{
    [Theory]
    [InlineData("nothing", null)]
    [InlineData("nothing", "{}")]
    [InlineData("move", """{"x":1,"y":-2}""")]
    [InlineData("move", """{"y":-2,"x":1}""")]
    [InlineData("total", """{"items":[]}""")]
    [InlineData("label", """{"text":""}""")]
    [InlineData("label", """{"text":"😀","count":null,"day":"Friday"}""")]
    [InlineData("any", "null")]
    [InlineData("any", """[{"$output":1},{"a":{}}]""")]
    [InlineData("picky", """{"small":255,"positive":2,"quarter":"Q4","short":"abc","user":"me","address":"https://example.org"}""")]
    [InlineData("draw", """{"$type":"circle","size":1,"inner":{"$type":"square","size":2,"inner":null}}""")]
    public void Arguments_ThatFit_AreTaken(string taskType, string? arguments) => Checker.Accept(One(taskType, arguments));

    [Theory]
    [InlineData("nothing", "[]", "", "takes no input")]
    [InlineData("nothing", "null", "", "takes no input")]
    [InlineData("nothing", """{"x":1}""", "", "takes no input")]
    [InlineData("move", null, "", "'x' is missing")]
    [InlineData("move", """{"x":1}""", "", "'y' is missing")]
    [InlineData("move", """{"x":1,"y":2,"z":3}""", "/z", "no property 'z'")]
    [InlineData("move", """{"X":1,"x":1,"y":2}""", "/X", "no property 'X'")]
    [InlineData("move", """{"x":1.0,"y":2}""", "/x", "1.0 was found where integer is expected")]
    [InlineData("move", """{"x":1e3,"y":2}""", "/x", "integer")]
    [InlineData("move", """{"x":"1","y":2}""", "/x", "integer")]
    [InlineData("move", """{"x":null,"y":2}""", "/x", "null was found where integer is expected")]
    [InlineData("move", """{"x":3000000000,"y":2}""", "", "cannot be read as 'Point'")]
    [InlineData("move", "[1,2]", "", "object")]
    [InlineData("total", """{"items":[1,[2],{}]}""", "/items/1", "[2]")]
    [InlineData("total", """{"items":[1,2,{}]}""", "/items/2", "{}")]
    [InlineData("label", """{"text":"a","day":"Fryday"}""", "/day", "\"Friday\"")]
    [InlineData("label", """{"text":"a","day":5}""", "/day", "5 was found where")]
    [InlineData("picky", """{"small":256}""", "", "cannot be read as 'Picky'")]
    [InlineData("picky", """{"small":13}""", "", "Not 13.")]
    [InlineData("picky", """{"small":1,"positive":1}""", "/positive", "not above the exclusiveMinimum")]
    [InlineData("picky", """{"small":1,"positive":11}""", "/positive", "maximum")]
    [InlineData("picky", """{"small":1,"quarter":"Q5"}""", "/quarter", "does not match")]
    [InlineData("picky", """{"small":1,"short":"abcd"}""", "/short", "maxLength")]
    [InlineData("picky", """{"small":1,"user":"root"}""", "/user", "not allowed here")]
    [InlineData("draw", """{"$type":"star","size":1,"inner":null}""", "", "none of the 2 alternatives")]
    [InlineData("draw", """{"size":1,"inner":null}""", "", "'$type' is missing")]
    [InlineData("any", """{"x":"\ud800"}""", "", "not valid Unicode")]
    [InlineData("any", """{"\udc00":1}""", "", "not valid Unicode")]
    [InlineData("any", """{"$output":"\ud800"}""", "", "not valid Unicode")]
    public void Arguments_ThatDoNotFit_AreInvalidArguments(string taskType, string? arguments, string place, string says)
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = Checker.Refuse(One(taskType, arguments));

        Assert.All(diagnostics, diagnostic => Assert.Equal(PlanDiagnosticCode.InvalidArguments, diagnostic.Code));
        Assert.Contains(diagnostics, diagnostic =>
            diagnostic.Path == $"/subtasks/0/arguments{place}" && diagnostic.Message.Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("make", "move", """{"$output":"source"}""")]
    [InlineData("make", "move", """{"x":{"$output":"source/x"},"y":{"$output":"source/y"}}""")]
    [InlineData("make", "total", """{"items":[{"$output":"source/x"},1]}""")]
    [InlineData("make", "any", """{"$output":"source"}""")]
    [InlineData("make", "any", """{"deep":[{"in":{"$output":"source/x"}}]}""")]
    [InlineData("nothing", "any", """{"$output":"source"}""")]
    [InlineData("any", "move", """{"$output":"source"}""")]
    [InlineData("any", "move", """{"$output":"source/some/part/0"}""")]
    [InlineData("family", "any", """{"$output":"source/parents/0/children/17/name"}""")]
    [InlineData("family", "label", """{"text":{"$output":"source/parents/0/name"}}""")]
    [InlineData("make", "label", """{"text":"a","count":{"$output":"source/x"}}""")]
    [InlineData("make", "draw", """{"$type":"circle","size":{"$output":"source/x"},"inner":null}""")]
    public void Reference_ThatMayStandThere_IsTaken(string source, string target, string arguments) => Checker.Accept(Two(source, target, arguments));

    [Theory]
    [InlineData("make", "nothing", """{"$output":"source"}""", "", "takes none")]
    [InlineData("nothing", "nothing", """{"$output":"source"}""", "", "takes none")]
    [InlineData("any", "make", """{"$output":"source/x"}""", "", "takes none")]
    [InlineData("nothing", "move", """{"$output":"source"}""", "", "no property 'x'")]
    [InlineData("make", "move", """{"$output":"source/x"}""", "", "it is integer, but object is expected")]
    [InlineData("make", "move", """{"$output":"source/z"}""", "", "no part '/z'")]
    [InlineData("make", "move", """{"$output":"source/x/0"}""", "", "no part '/x/0'")]
    [InlineData("make", "move", """{"x":{"$output":"source"},"y":1}""", "/x", "it is object, but integer is expected")]
    [InlineData("make", "total", """{"$output":"source"}""", "", "no property 'items'")]
    [InlineData("make", "total", """{"items":{"$output":"source"}}""", "/items", "array is expected")]
    [InlineData("family", "label", """{"text":{"$output":"source/parents/-1/name"}}""", "/text", "no part '/parents/-1/name'")]
    [InlineData("family", "label", """{"text":{"$output":"source/parents/01/name"}}""", "/text", "no part '/parents/01/name'")]
    [InlineData("family", "relatives", """{"$output":"source"}""", "", "in its property 'name' it is string, but integer is expected")]
    public void Reference_ThatCannotStandThere_IsReferenceTypeMismatch(string source, string target, string arguments, string place, string says)
    {
        PlanDiagnostic only = Assert.Single(Checker.Refuse(Two(source, target, arguments)));

        Assert.Equal((PlanDiagnosticCode.ReferenceTypeMismatch, $"/subtasks/1/arguments{place}"), (only.Code, only.Path));
        Assert.Contains(says, only.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"$output":"other"}""", "")]
    [InlineData("""{"a":[{"$output":"other/x"}]}""", "/a/0")]
    [InlineData("""{"$output":"ghost"}""", "")]
    [InlineData("""{"$output":"target"}""", "")]
    [InlineData("""{"$output":""}""", "")]
    public void Reference_ToASubtaskThatIsNoDependency_IsToldWithItsPlace(string arguments, string place)
    {
        TaskPlan plan = Two("make", "any", arguments);
        plan = plan with { Subtasks = [.. plan.Subtasks, new Subtask { Id = "other", TaskType = "make" }] };

        PlanDiagnostic only = Assert.Single(Checker.Refuse(plan));

        Assert.Equal((PlanDiagnosticCode.ReferenceToNoDependency, $"/subtasks/1/arguments{place}"), (only.Code, only.Path));
    }

    [Fact]
    public void Reference_OptionalPropertyOfAnotherKind_IsToldBecauseItIsSureToBeThere()
    {
        var registry = new TaskTypeRegistry(
            [Checker.Describe<None, TextCount>("source"), Checker.Describe<OptionalCount, None>("target")], Checker.Serializer);
        var checker = new PlanChecker(registry, Checker.Pools, Checker.Serializer);

        checker.Check(Two("source", "target", """{"$output":"source"}"""), out IReadOnlyList<PlanDiagnostic> diagnostics);

        Assert.Contains("in its property 'count' it is string, but integer or null is expected", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_ThatAreNoElementAtAll_AreNone() => Checker.Accept(new TaskPlan
    {
        Subtasks = [new Subtask { Id = "a", TaskType = "nothing", Arguments = default(JsonElement) }],
    });

    private static TaskPlan One(string taskType, string? arguments) => new()
    {
        Subtasks = [new Subtask { Id = "target", TaskType = taskType, Arguments = arguments is null ? null : JsonElement.Parse(arguments) }],
    };

    private static TaskPlan Two(string source, string target, string arguments) => new()
    {
        Subtasks =
        [
            new Subtask { Id = "source", TaskType = source, Arguments = source == "any" ? JsonElement.Parse("1") : null },
            new Subtask { Id = "target", TaskType = target, DependsOn = ["source"], Arguments = JsonElement.Parse(arguments) },
        ],
    };

    private sealed record TextCount(string Count);

    private sealed record OptionalCount(int? Count = null);
}
