using AgentOrchestration.Forecasting;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration;

/// <summary>Plans requests, starts and finds runs, and compiles answers. Safe for concurrent use.</summary>
/// <remarks>
/// Task types run on the thread pool. Other code of the application (models, stores, compilers, rules) may run on the thread of the caller,
/// without its synchronization context; nothing returns to that context, so the caller may block.
/// </remarks>
/// <example>
/// <code>
/// ReportDocument report = await orchestrator.RunAsync&lt;ReportDocument&gt;(new OrchestrationRequest("Sales by region"), cancellationToken);
///
/// await using OrchestrationRun run = await orchestrator.StartAsync(plan, cancellationToken);
/// RunResult result = await run.WaitAsync(cancellationToken);
/// </code>
/// </example>
public interface ITaskOrchestrator
{
    /// <summary>Makes a plan that passes every check.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <returns>A plan that has passed every check.</returns>
    /// <exception cref="InvalidPlanException">
    /// No plan passed the checks, after all repairs that the options allow; or the model or its endpoint gave none. The codes of the diagnostics tell these apart.
    /// </exception>
    Task<TaskPlan> PlanAsync(OrchestrationRequest request, CancellationToken cancellationToken = default);

    /// <summary>Checks a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <returns>Everything that is wrong with it, beyond the first hundred only how much; empty when it can be started.</returns>
    IReadOnlyList<PlanDiagnostic> Check(TaskPlan plan);

    /// <summary>Checks a plan and forecasts its run: how long it takes, when what runs, and what it waits for. Nothing is started.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="expectedItems">
    /// By the id of a subtask that works through a list made during the run, the number of items that is expected. A subtask of a plan within the plan
    /// has the id that it has in a run, such as <c>outer/each</c>. Default: one item each, which <see cref="Forecast.Assumptions"/> says.
    /// </param>
    /// <param name="options">How the run is executed. What is not set, or <see langword="null"/>, takes the defaults of the application.</param>
    /// <returns>The forecast, for the built-in executor with the options and the resources that a run would have.</returns>
    /// <exception cref="InvalidPlanException">The plan does not pass the checks.</exception>
    /// <exception cref="ArgumentException"><paramref name="expectedItems"/> names no such subtask, or a number is out of range.</exception>
    Forecast Forecast(TaskPlan plan, IReadOnlyDictionary<string, int>? expectedItems = null, RunOptions? options = null);

    /// <summary>
    /// Checks a plan and says what a good planner would change about it: dependencies that carry no data and make the run longer, subtasks that are too
    /// coarse or too fine, width that the limits cannot use, and work that is done twice. What it says of time comes from forecasts, and is as good
    /// as the estimates. Nothing is started or changed.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="options">How the run is executed. What is not set, or <see langword="null"/>, takes the defaults of the application.</param>
    /// <returns>The findings; none when there is nothing to change.</returns>
    /// <exception cref="InvalidPlanException">The plan does not pass the checks.</exception>
    PlanReview Review(TaskPlan plan, RunOptions? options = null);

    /// <summary>
    /// Checks a plan and starts it. With an id of the caller's own (<see cref="RunOptions.RunId"/>) it is started once, however often this is called: a run of that
    /// id is returned as it is, and resumed if no process drives it.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="options">How the run is executed. What is not set, or <see langword="null"/>, takes the defaults of the application.</param>
    /// <param name="cancellationToken">Cancels the start, not the run.</param>
    /// <returns>The run; dispose it.</returns>
    /// <exception cref="InvalidPlanException">The plan does not pass the checks; nothing was started.</exception>
    /// <exception cref="ArgumentException">A value of <paramref name="options"/> is out of range.</exception>
    /// <exception cref="InvalidOperationException">
    /// There is a run of the id that <paramref name="options"/> give, and it is of another plan or request, or another process drives it.
    /// </exception>
    Task<OrchestrationRun> StartAsync(TaskPlan plan, RunOptions? options, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a plan and starts it. What only computes (<c>TaskEffect.Pure</c>) may begin while the plan is still being written
    /// (<c>PlanningOptions.StartsEarly</c>), unless the run has an id of the caller's own: then a run of that id is returned without asking for a plan.
    /// </summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="options">How the run is executed. What is not set, or <see langword="null"/>, takes the defaults of the application.</param>
    /// <param name="cancellationToken">Cancels the planning and the start, not the run.</param>
    /// <returns>The run; dispose it.</returns>
    /// <exception cref="InvalidPlanException">No plan passed the checks; what had begun early was cancelled, and its results were discarded.</exception>
    /// <exception cref="PlanRejectedException">The plan was not approved (<c>PlanningOptions.ApprovePlan</c>); nothing was started.</exception>
    /// <exception cref="ArgumentException">A value of <paramref name="options"/> is out of range.</exception>
    /// <exception cref="InvalidOperationException">
    /// There is a run of the id that <paramref name="options"/> give, and it is of another plan or request, or another process drives it.
    /// </exception>
    Task<OrchestrationRun> StartAsync(OrchestrationRequest request, RunOptions? options, CancellationToken cancellationToken = default);

    /// <summary>
    /// Continues a durable run whose process has died or has left it: what is committed is never run again, and an attempt that was
    /// running runs again with the same idempotency key. A run that has ended is only read. For a run that this process drives already, that
    /// run is returned.
    /// </summary>
    /// <remarks>
    /// Time passes while nobody drives a run: its <c>Timeout</c>, the <c>MaxTime</c> of its budget and the total timeouts of its subtasks
    /// count from when it, or the subtask, first started. What is over is stopped before any attempt starts.
    /// </remarks>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Cancels the start, not the run.</param>
    /// <returns>The run; dispose it.</returns>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    /// <exception cref="InvalidOperationException">
    /// Runs are not remembered, another process drives the run, the host has shut down, or a task type that it uses has another version now or is gone.
    /// </exception>
    /// <exception cref="InvalidPlanException">Its plan no longer passes the checks, for example because a resource is gone.</exception>
    /// <exception cref="RunStoreException">The store cannot be read, or what it holds of the run is damaged or of another version.</exception>
    Task<OrchestrationRun> ResumeAsync(string runId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Checks a plan and stores it as a durable run for a process that has room for it: the run is driven by a process of the same store that picks up runs
    /// (<c>ResumeInterruptedRuns</c>) and has its task types, this one included. With an id of the caller's own (<see cref="RunOptions.RunId"/>) it is stored once,
    /// however often this is called.
    /// </summary>
    /// <param name="plan">The plan. Its task types are registered here too, so that their names and versions are known.</param>
    /// <param name="options">How the run is executed. What is not set, or <see langword="null"/>, takes the defaults of this application.</param>
    /// <param name="cancellationToken">Cancels the storing; the run may have been stored all the same.</param>
    /// <returns>The id of the run, for <see cref="AttachAsync"/>.</returns>
    /// <exception cref="InvalidPlanException">The plan does not pass the checks; nothing was stored.</exception>
    /// <exception cref="ArgumentException">A value of <paramref name="options"/> is out of range.</exception>
    /// <exception cref="InvalidOperationException">Runs are not remembered, or there is a run of that id, of another plan.</exception>
    /// <exception cref="RunStoreException">The store fails; the run may have been stored all the same.</exception>
    /// <example>
    /// <code>
    /// string id = await orchestrator.SubmitAsync(plan, new RunOptions { RunId = order.Id }, cancellationToken);
    ///
    /// await using OrchestrationRun run = await orchestrator.AttachAsync(id, cancellationToken);   // here or in any other process
    /// RunResult result = await run.WaitAsync(cancellationToken);
    /// </code>
    /// </example>
    Task<string> SubmitAsync(TaskPlan plan, RunOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Attaches to a durable run, whichever process drives it, or nobody yet: it can be watched, waited for, cancelled, approved and given another budget. It
    /// is never driven by this.
    /// </summary>
    /// <remarks>
    /// A run of another process is read from its journal, at most a second late; its progress reports and streamed text are in no journal. What is asked of
    /// it goes through the inbox of the store, and waits as long as nobody drives the run. Its outputs have their types where the task types are registered
    /// here, and are <see cref="System.Text.Json.JsonElement"/>s where not; a forecast or an explanation needs all task types.
    /// </remarks>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Cancels the attaching.</param>
    /// <returns>The run; disposing of it ends the following and nothing else.</returns>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    /// <exception cref="InvalidOperationException">Runs are not remembered.</exception>
    /// <exception cref="RunStoreException">The store cannot be read, or what it holds of the run is damaged or of another version.</exception>
    Task<OrchestrationRun> AttachAsync(string runId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Finds a run that this process drives: one that was started or resumed here, or that a host has picked up
    /// (<c>ResumeInterruptedRuns</c>). It can be watched, approved, cancelled and given another budget as by whoever started it.
    /// </summary>
    /// <param name="runId">The id of the run, for example from <c>IRunEventSink.OnEvent</c>.</param>
    /// <returns>
    /// The run, or <see langword="null"/> when no run of that id is open in this process: then a durable one can be read from its store. It need
    /// not be disposed of, and disposing of it changes nothing.
    /// </returns>
    OrchestrationRun? Find(string runId);

    /// <summary>
    /// Starts a new run from an old one, which stays as it is: what has succeeded there is not done again when it is the same work, by task
    /// type, version and input; work that changes something outside only under the same id. What added subtasks is done again.
    /// </summary>
    /// <param name="runId">The old run, whether it has ended or not.</param>
    /// <param name="plan">The new plan. Default: that of the old run.</param>
    /// <param name="rerun">The ids of subtasks that are re-run all the same, with all that depends on them. Default: none.</param>
    /// <param name="options">How the run is executed. What is not set, or <see langword="null"/>, takes the defaults of the application.</param>
    /// <param name="cancellationToken">Cancels the start, not the run.</param>
    /// <returns>The run; dispose it. What it has reused has the origin <see cref="OutputOrigin.Reused"/>.</returns>
    /// <exception cref="ArgumentException">There is no such run, or no such subtask to run again.</exception>
    /// <exception cref="InvalidOperationException">Runs are not remembered.</exception>
    /// <exception cref="InvalidPlanException">The new plan, or that of the old run, does not pass the checks.</exception>
    /// <exception cref="RunStoreException">The store cannot be read, or what it holds of the old run is damaged or of another version.</exception>
    Task<OrchestrationRun> StartFromAsync(string runId, TaskPlan? plan = null, IReadOnlyList<string>? rerun = null, RunOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Starts a new run from one of this process, for example after the plan was edited: what has succeeded there is not done again when it is
    /// the same work, by task type, version and input; work that changes something outside only under the same id. Needs no store.
    /// </summary>
    /// <param name="run">The old run; it is waited for, stays as it is, and is not disposed.</param>
    /// <param name="plan">The new plan. Default: that of the old run.</param>
    /// <param name="rerun">The ids of subtasks that are re-run all the same, with all that depends on them. Default: none.</param>
    /// <param name="options">How the run is executed. What is not set, or <see langword="null"/>, takes the defaults of the application.</param>
    /// <param name="cancellationToken">Cancels the waiting and the start, not the run.</param>
    /// <returns>The run; dispose it. What it has reused has the origin <see cref="OutputOrigin.Reused"/>.</returns>
    /// <exception cref="ArgumentException">The new plan has no such subtask to run again.</exception>
    /// <exception cref="InvalidOperationException">The executor keeps nothing to reuse.</exception>
    /// <exception cref="RunDetachedException">The old run is durable and goes no further in this process.</exception>
    /// <exception cref="InvalidPlanException">The new plan does not pass the checks.</exception>
    Task<OrchestrationRun> StartFromAsync(OrchestrationRun run, TaskPlan? plan = null, IReadOnlyList<string>? rerun = null, RunOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Goes back to the decomposer with what a run has done and what failed, and starts a run of the plan that it answers. What succeeded and
    /// is in that plan as it was, with the same task type, arguments and inputs, is not done again. The budget is what the run has left,
    /// unless <paramref name="options"/> give another.
    /// </summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="run">The run; it is waited for, and not disposed.</param>
    /// <param name="options">How the run is executed. What is not set, or <see langword="null"/>, takes the defaults of the application.</param>
    /// <param name="cancellationToken">Cancels the waiting, the planning and the start, not the run.</param>
    /// <returns>The new run; dispose it.</returns>
    /// <exception cref="InvalidPlanException">No plan passed the checks; nothing was started.</exception>
    /// <exception cref="PlanRejectedException">The plan was not approved (<c>Planning.ApprovePlan</c>); nothing was started.</exception>
    /// <exception cref="InvalidOperationException">The run succeeded, has used up its budget, or its executor keeps nothing to reuse.</exception>
    Task<OrchestrationRun> ReplanAsync(OrchestrationRequest request, OrchestrationRun run, RunOptions? options, CancellationToken cancellationToken = default);

    /// <summary>Makes a plan, runs it, and compiles the answer.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="request">What is wanted.</param>
    /// <param name="options">How the run is executed. What is not set, or <see langword="null"/>, takes the defaults of the application.</param>
    /// <param name="cancellationToken">
    /// Cancels the planning, the run and the compiling. The call ends at once; a run in memory is asked to stop and ends by itself, a durable
    /// one is detached. Code that ignores its token is waited for by nobody but the shutdown of the host or of the container.
    /// </param>
    /// <returns>The compiled answer.</returns>
    /// <exception cref="InvalidPlanException">No plan passed the checks; what had begun early was cancelled, and its results were discarded.</exception>
    /// <exception cref="PlanRejectedException">The plan was not approved (<c>PlanningOptions.ApprovePlan</c>); nothing was started.</exception>
    /// <exception cref="OrchestrationFailedException">The run did not succeed; its result holds all that did.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<T> RunAsync<T>(OrchestrationRequest request, RunOptions? options, CancellationToken cancellationToken = default);

    /// <summary>Runs a plan, and compiles the answer.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="plan">The plan.</param>
    /// <param name="options">How the run is executed. What is not set, or <see langword="null"/>, takes the defaults of the application.</param>
    /// <param name="cancellationToken">Cancels the run and the compiling, as for a request.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="InvalidPlanException">The plan does not pass the checks; nothing was started.</exception>
    /// <exception cref="OrchestrationFailedException">The run did not succeed; its result holds all that did.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<T> RunAsync<T>(TaskPlan plan, RunOptions? options, CancellationToken cancellationToken = default);
}
