using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Approval;

/// <summary>What is shown is what runs: the input is made from the JSON that was shown or checked, whatever becomes of the outputs.</summary>
public sealed class ApprovedInputTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_approved_runs_although_a_sibling_changes_the_output_before_the_answer()
    {
        await using Engine engine = Create(() => new Order { To = "alice", Amount = 5 });
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef order = plan.Add("order", "order");
            plan.Add("change", "change", input: order.Output(), options: new() { Policy = new SubtaskPolicy { RequiresApproval = true } });
            plan.Add("pay", "pay", input: order.Output());
        });
        ApprovalRequested change = await Engine.SeeAsync<ApprovalRequested>(run, next => next.SubtaskId == "change");
        ApprovalRequested pay = await Engine.SeeAsync<ApprovalRequested>(run, next => next.SubtaskId == "pay");
        await run.ApproveAsync(change, cancellationToken: TestEnd);
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "change");
        await run.ApproveAsync(pay, cancellationToken: TestEnd);

        Assert.Equal("""{"to":"alice","amount":5,"kind":"one"}""", pay.Arguments.GetRawText());
        Assert.Equal("5 to alice", (await run.EndAsync()).GetOutput<string>("pay"));
    }

    [Fact]
    public async Task What_was_approved_runs_in_every_attempt_although_an_attempt_changes_its_input()
    {
        await using Engine engine = Create(() => new Order { To = "alice", Amount = 5 }, failures: 2);
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("pay", "pay", input: plan.Add("order", "order").Output()));
        await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run), cancellationToken: TestEnd);

        Assert.Equal("5 to alice", (await run.EndAsync()).GetOutput<string>("pay"));
    }

    [Fact]
    public async Task An_approver_sees_what_the_actual_type_of_an_output_holds()
    {
        await using Engine engine = Create(() => new Wire { To = "alice", Amount = 5, Overdraft = 7 });
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("pay", "pay", input: plan.Add("order", "order").Output()));
        ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);
        await run.ApproveAsync(question, cancellationToken: TestEnd);

        Assert.Equal(7, question.Arguments.GetProperty("overdraft").GetInt32());
        Assert.Equal("5 to alice", (await run.EndAsync()).GetOutput<string>("pay"));
    }

    [Theory]
    [InlineData("pay", 101, "/amount: 101 is above the maximum of 100.")]
    [InlineData("pay", -1, "/amount: -1 is below the minimum of 0.")]
    [InlineData("record", 101, "/amount: 101 is above the maximum of 100.")]
    public async Task A_bound_of_the_schema_holds_for_the_output_of_a_dependency(string type, int amount, string why)
    {
        await using Engine engine = Create(() => new Order { To = "alice", Amount = amount });

        RunResult whole = await engine.RunAsync(plan => plan.Add("pay", type, input: plan.Add("order", "order").Output()));
        RunResult part = await engine.RunAsync(plan => plan.Add("pay", type, input: new JsonObject { ["to"] = "a", ["amount"] = plan.Add("order", "order").Output("/amount") }));

        foreach (SubtaskSnapshot pay in (SubtaskSnapshot[])[whole["pay"], part["pay"]])
        {
            Assert.Equal((SubtaskState.Failed, "InvalidArguments"), (pay.State, pay.Error!.Kind));
            Assert.EndsWith($"do not fit the input schema of '{type}'. {why}", pay.Error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"to":"a","amount":5,"amount":99}""", "Duplicate property 'amount'")]
    [InlineData("""{"to":"a","amount":5,"Amount":99}""", "/Amount: The property 'amount' is there twice.")]
    [InlineData("""{"to":"a","Amount":5,"AMOUNT":99}""", "/AMOUNT: The property 'amount' is there twice.")]
    [InlineData("""{"to":"a","Amount":999}""", "/Amount: 999 is above the maximum of 100.")]
    [InlineData("""{"to":"a","amount":5,"more":{"x":1,"x":2}}""", "Duplicate property 'x'")]
    [InlineData("""{"to":"UPPER","amount":5}""", "/to: \"UPPER\" does not match")]
    [InlineData("""{"to":"a","amount":5,"kind":"other"}""", "/kind: \"other\" is none of")]
    [InlineData("""{"$secret":"key"}""", "The property 'to' is missing.")]
    public async Task Json_that_can_be_read_in_two_ways_or_breaks_the_schema_is_refused_before_anybody_is_asked(string json, string why)
    {
        await using Engine engine = Create(() => new Order { To = "a" }, json);

        RunResult result = await engine.RunAsync(plan => plan.Add("pay", "pay", input: plan.Add("json", "json").Output()));

        Assert.Equal((SubtaskState.Failed, "InvalidArguments"), (result["pay"].State, result["pay"].Error!.Kind));
        Assert.Contains(why, result["pay"].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_put_where_the_plan_names_it_and_nowhere_that_only_looks_so()
    {
        await using Engine engine = Create(() => new Order { To = "a" }, """{"$secret":"key"}""");
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("echo", "echo", input: new JsonArray(
            new SecretRef("key").ToJsonNode(), plan.Add("json", "json").Output(), 1)));
        ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);
        await run.ApproveAsync(question, cancellationToken: TestEnd);

        Assert.Equal("""[{"$secret":"key"},{"$secret":"key"},1]""", question.Arguments.GetRawText());
        Assert.Equal("""["value of key",{"$secret":"key"},1]""", (await run.EndAsync()).GetOutput<string>("echo"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_approved_before_a_crash_runs_after_it(bool isReadOtherwise)
    {
        var hold = new Checkpoint();
        int attempts = 0;
        Bill.Factor = 1;
        Bill bill = new() { Amount = 5 };
        DurableHost host = new(builder => builder
            .AddTaskType("bill", "Makes a bill.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(bill))
            .AddTaskType(
                "pay",
                "Pays.",
                async (Payment input, TaskContext _, CancellationToken stop) =>
                {
                    if (attempts++ == 0)
                    {
                        await hold.PassAsync(stop);
                    }

                    return input.Amount;
                },
                options => options.RequiresApproval = true));
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
                TaskPlan.Create(plan => plan.Add("pay", "pay", input: plan.Add("bill", "bill").Output())), TestEnd);
            await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run), cancellationToken: TestEnd);
            await hold.Reached;
            bill.Amount = 99;
        }

        // The next version of the program reads its bills otherwise.
        Bill.Factor = isReadOtherwise ? 2 : 1;
        RunResult result = await host.ResumeToEndAsync(await host.OnlyRunIdAsync());

        Assert.Equal((2, 5), (attempts, result.GetOutput<int>("pay")));
    }

    private static Engine Create(Func<Order> order, string json = "{}", int failures = 0) => new(
        builder => builder
            .AddTaskType("order", "Makes an order.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(order()))
            .AddTaskType("json", "Makes JSON.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(JsonElement.Parse(json)))
            .AddTaskType(
                "change",
                "Changes its input.",
                (Order input, TaskContext _, CancellationToken _) =>
                {
                    (input.To, input.Amount) = ("mallory", 99);
                    return ValueTask.FromResult(None.Value);
                })
            .AddTaskType(
                "pay",
                "Pays.",
                (Order input, TaskContext context, CancellationToken _) =>
                {
                    string paid = $"{input.Amount}{(input is Wire wire ? $" overdraft {wire.Overdraft}" : "")} to {input.To}";
                    (input.To, input.Amount) = ("mallory", 99);
                    return context.Attempt <= failures ? throw new InvalidDataException("Try again.") : ValueTask.FromResult(paid);
                },
                options =>
                {
                    options.Effect = TaskEffect.Irreversible;
                    options.RequiresApproval = true;
                    options.Retry.MaxAttempts = 3;
                    options.Retry.Delay = TimeSpan.Zero;
                })
            .AddTaskType("record", "Records.", (Order input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input.Amount))
            .AddTaskType("echo", "Echoes.", (JsonElement input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input.GetRawText()), options => options.RequiresApproval = true)
            .Services.AddSingleton<ISecretProvider>(new Secrets()));

    private sealed class Secrets : ISecretProvider
    {
        public string Find(string name) => $"value of {name}";
    }

    private class Order
    {
        [RegularExpression("^[a-z]+$")]
        public required string To { get; set; }

        [Range(0, 100)]
        public int Amount { get; set; }

        [AllowedValues("one", "two")]
        public string Kind { get; set; } = "one";
    }

    private sealed class Bill
    {
        public static int Factor { get; set; } = 1;

        public int Amount
        {
            get;
            set => field = value * Factor;
        }
    }

    private sealed record Payment(int Amount);

    private sealed class Wire : Order
    {
        public int Overdraft { get; set; }
    }
}
