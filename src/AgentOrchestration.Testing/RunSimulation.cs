using System.Runtime.CompilerServices;
using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Testing.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AgentOrchestration.Testing;

/// <summary>
/// Runs plans with an application's real handlers, by the engine of production, one thread at a time and in virtual time: a seed decides
/// what happens first, and the clock moves whenever nothing else is left to do. The same seed gives the same events, as long as handlers
/// wait only for their context, for each other, and for timers of its <see cref="TimeProvider"/>. They may use <c>ConfigureAwait(false)</c>,
/// the thread pool, semaphores and channels, and libraries that do, such as <c>HttpClient</c> with a fake handler. What comes from outside
/// (the system's clock, I/O, threads of their own) and what blocks a thread ends the simulation with its name. Every run has services of
/// its own. Safe for concurrent use.
/// </summary>
public sealed class RunSimulation
{
    private readonly ServiceCollection _services = new();
    private readonly ConditionalWeakTable<TaskPlan, TaskGraph> _graphs = [];

    /// <summary>Makes a simulation.</summary>
    /// <param name="configure">
    /// Adds the application's services, as it does itself: <c>services => services.AddAgentOrchestration().AddTaskType&lt;…&gt;()</c>. The
    /// clock, the threads and the result cache are replaced, and runs are not durable; replace what does I/O with fakes yourself.
    /// </param>
    public RunSimulation(Action<IServiceCollection> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_services);
        _services.AddAgentOrchestration();
        _services.AddSingleton<SimulationThread>();
        _services.RemoveAll<TimeProvider>();

        // Simulated runs live in memory: a store does I/O, and on threads of its own.
        _services.RemoveAll<IRunStore>();
        _services.AddSingleton<TimeProvider>(services => services.GetRequiredService<SimulationThread>().Clock);
        _services.AddSingleton<WorkerPool, SimulatedWorkers>();
        _services.Insert(0, ServiceDescriptor.Singleton<TaskMiddleware, SimulatedAttempts>());
        if (_services.Any(service => service.ServiceType == typeof(IResultCache)))
        {
            _services.Replace(ServiceDescriptor.Singleton<IResultCache, SimulatedResultCache>());
        }
    }

    /// <summary>Gets the number of steps after which a run counts as one that never ends. A step is the code between two awaits.</summary>
    /// <value>At least 1. The default value is 1,000,000.</value>
    public int MaxSteps { get; init; } = 1_000_000;

    /// <summary>
    /// Gets the real time that an attempt which awaits neither a timer nor the model may take to show up on another thread, before virtual time
    /// continues without it. It costs time only with handlers that wait for each other; set it to zero for those.
    /// </summary>
    /// <value>The default value is 20 milliseconds.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs a plan to its end, while the calling thread waits.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="seed">Decides what happens first of all that may happen.</param>
    /// <param name="script">Says what is done from outside, and when: cancelling, approving and the like. Default: nothing.</param>
    /// <returns>What happened; dispose it.</returns>
    /// <exception cref="InvalidPlanException">The plan does not pass the checks.</exception>
    /// <exception cref="SimulationException">The run could not continue inside the simulation, or the script threw.</exception>
    public SimulatedRun Run(TaskPlan plan, int seed, Action<SimulationScript>? script = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Run(seed, script, (services, simulator) => simulator.Run(GraphOf(plan, services)));
    }

    /// <summary>Plans a request and runs its plan to the end, while the calling thread waits; work may begin while the plan is being written.</summary>
    /// <param name="request">The request. The model that plans it must keep to the simulation's clock, as a <see cref="ScriptedChatClient"/> does.</param>
    /// <param name="seed">Decides what happens first of all that may happen.</param>
    /// <param name="script">Says what is done from outside, and when, from the moment when the plan is complete. Default: nothing.</param>
    /// <returns>What happened; dispose it.</returns>
    /// <exception cref="InvalidPlanException">No plan passed the checks.</exception>
    /// <exception cref="SimulationException">The run could not continue inside the simulation, or the script threw.</exception>
    public SimulatedRun Run(OrchestrationRequest request, int seed, Action<SimulationScript>? script = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Run(seed, script, (_, simulator) => simulator.Run(request));
    }

    /// <summary>Runs a plan with many seeds and checks what happened in each run. Stops at the first that does not hold.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="seeds">How many seeds are tried: from <paramref name="firstSeed"/> on, one after another.</param>
    /// <param name="check">Throws when something about a run is wrong.</param>
    /// <param name="script">Says what is done from outside, and when. Default: nothing.</param>
    /// <param name="firstSeed">The first seed. Default: 0.</param>
    /// <exception cref="InvalidPlanException">The plan does not pass the checks.</exception>
    /// <exception cref="SimulationException">A run or its check failed; the message says with which seed, which repeats it.</exception>
    public void Explore(TaskPlan plan, int seeds, Action<SimulatedRun> check, Action<SimulationScript>? script = null, int firstSeed = 0)
    {
        ArgumentNullException.ThrowIfNull(check);
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            using SimulatedRun run = Run(plan, seed, script);
            try
            {
                check(run);
            }
            catch (Exception exception)
            {
                throw SimulationException.Of(seed, $"The check failed: {exception.Message}", run.Events, exception);
            }
        }
    }

    private SimulatedRun Run(int seed, Action<SimulationScript>? script, Func<ServiceProvider, Simulator, SimulatedRun> run)
    {
        var steps = new SimulationScript();
        script?.Invoke(steps);
        ServiceProvider services = _services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
        try
        {
            SimulationThread thread = services.GetRequiredService<SimulationThread>();
            thread.Seed = seed;
            thread.MaxSteps = MaxSteps;
            thread.Patience = Patience;
            return run(services, new Simulator(services, thread, steps));
        }
        catch
        {
            SimulatedRun.Dispose(services);
            throw;
        }
    }

    /// <summary>A graph is frozen, so one check of a plan is good for all its runs.</summary>
    private TaskGraph GraphOf(TaskPlan plan, ServiceProvider services) => _graphs.GetValue(
        plan,
        plan => services.GetRequiredService<PlanChecker>().Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics)
            ?? throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = plan }));
}
