namespace AgentOrchestration.Tests.Planning;

/// <summary>Everything that is wrong with a subtask is reported at once, so that it costs one round.</summary>
public sealed class AllDiagnosticsTests
{
    [Theory]
    [InlineData(
        """{"id":"a","type":"no_such","dependsOn":[],"arguments":{"x":{"$output":"a"},"y":[{"$output":"ghost"}]}}""",
        "UnknownTaskType /subtasks/0/type", "ReferenceToNoDependency /subtasks/0/arguments/x", "ReferenceToNoDependency /subtasks/0/arguments/y/0")]
    [InlineData(
        """{"id":"a","type":"no_such","dependsOn":["ghost","a"],"arguments":{"x":{"$output":"spook"}},"when":{"output":"spirit","is":"exists"},"resources":{"nothing":1}}""",
        "UnknownTaskType /subtasks/0/type", "UnknownDependency /subtasks/0/dependsOn/0", "SelfDependency /subtasks/0/dependsOn/1", "ReferenceToNoDependency /subtasks/0/arguments/x",
        "ReferenceToNoDependency /subtasks/0/when", "UnknownResource /subtasks/0/resources")]
    [InlineData(
        """{"id":"a b","type":"fetch","dependsOn":["ghost"],"arguments":{"url":{"$output":"spook"},"other":1}}""",
        "InvalidId /subtasks/0/id", "UnknownDependency /subtasks/0/dependsOn/0", "ReferenceToNoDependency /subtasks/0/arguments/url", "InvalidArguments /subtasks/0/arguments/other")]
    [InlineData(
        """{"id":"a","type":5,"retries":3,"dependsOn":["ghost"],"arguments":{"x":{"$output":"a"}}}""",
        "Malformed /subtasks/0/type", "Malformed /subtasks/0/retries", "UnknownDependency /subtasks/0/dependsOn/0", "ReferenceToNoDependency /subtasks/0/arguments/x")]
    [InlineData(
        """{"id":"a","type":"$plan","plan":{"subtasks":[{"id":"i","type":"no_such","arguments":{"x":{"$output":"i"}}}]}}""",
        "UnknownTaskType /subtasks/0/plan/subtasks/0/type", "ReferenceToNoDependency /subtasks/0/plan/subtasks/0/arguments/x")]
    public async Task Whatever_is_wrong_with_a_subtask_is_reported_together(string subtask, params string[] expected)
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = await AnswerKinds.RefuseAsync($$"""{"subtasks":[{{subtask}}]}""");

        Assert.Equal(expected.Order(), diagnostics.Select(diagnostic => $"{diagnostic.Code} {diagnostic.Path}").Order());
    }

    [Fact]
    public async Task What_can_be_repaired_is_no_error_beside_what_is_malformed()
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = await AnswerKinds.RefuseAsync(
            """{"subtasks":[{"id":1,"type":"fetch","arguments":{"url":"u"}},{"id":"b","type":"digest","retries":1,"dependsOn":"1","arguments":{"rows":"{{1.output}}","lines":2.0}}]}""");

        Assert.Equal("Malformed /subtasks/1/retries", $"{Assert.Single(diagnostics).Code} {diagnostics[0].Path}");
    }
}
