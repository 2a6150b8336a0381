using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Tasks;

public sealed class TaskDescriptorTests
{
    [Fact]
    public void Of_AClass_SaysWhatItsAttributesAndItsInterfaceSay()
    {
        var descriptor = TaskDescriptor.Of<Resize>();

        Assert.Equal(("resize_image", "Resizes an image.", TaskEffect.Pure, 3), (descriptor.Name, descriptor.Description, descriptor.Effect, descriptor.Version));
        Assert.Equal((typeof(Image), typeof(int)), (descriptor.InputType, descriptor.OutputType));
        Assert.Equal(ResourceRequirements.Of(new ResourceAmount("gpu", 1), new ResourceAmount("memory", 512)), descriptor.Resources);
        Assert.Equal("resize_image(Image) → Int32", descriptor.ToString());
    }

    [Fact]
    public void Of_AClassWithOptions_TheOptionsOverrideTheAttributes()
    {
        var descriptor = TaskDescriptor.Of<Resize>(options =>
        {
            Assert.Equal((TaskEffect.Pure, 3), (options.Effect, options.Version));
            options.Effect = TaskEffect.Irreversible;
            options.Version++;
            options.Resources = options.Resources.Union(ResourceRequirements.Of("cpu", 100));
        });

        Assert.Equal((TaskEffect.Irreversible, 4), (descriptor.Effect, descriptor.Version));
        Assert.Equal(["cpu", "gpu", "memory"], descriptor.Resources.Amounts.Select(amount => amount.Name));
    }

    [Fact]
    public void Of_AClassThatSaysNothingElse_HasTheDefaults()
    {
        var descriptor = TaskDescriptor.Of<Nothing>();

        Assert.Equal(("nothing", "", TaskEffect.Write, 1), (descriptor.Name, descriptor.Description, descriptor.Effect, descriptor.Version));
        Assert.Equal((typeof(None), typeof(None)), (descriptor.InputType, descriptor.OutputType));
        Assert.True(descriptor.Resources.IsNone);
    }

    [Fact]
    public void Of_AClassWithoutTheAttribute_NamesIt()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => TaskDescriptor.Of<Unmarked>());

        Assert.Contains(typeof(Unmarked).ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("[TaskType]", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AClassThatInheritsTheAttribute_IsNoTaskTypeOfThatName() => Assert.Throws<ArgumentException>(() => TaskDescriptor.Of<Inheriting>());

    [Fact]
    public void Of_AClassWithAnIllFormedName_NamesIt()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => TaskDescriptor.Of<IllNamed>());

        Assert.Contains("'two words'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AClassWithAnAmountOfZero_NamesClassAndResource()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => TaskDescriptor.Of<NeedsZero>());

        Assert.Contains(nameof(NeedsZero), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'gpu' is 0", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AClassThatNeedsAResourceTwice_NamesClassAndResource()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => TaskDescriptor.Of<NeedsTwice>());

        Assert.Contains(nameof(NeedsTwice), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'gpu' is named twice", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void For_ADelegate_SaysWhatItIsToldAndWhatItsTypesSay()
    {
        var descriptor = TaskDescriptor.For(
            "count", "Counts.", (Image image, TaskContext _, CancellationToken _) => ValueTask.FromResult(image.Path.Length), options => options.Effect = TaskEffect.Read);

        Assert.Equal(("count", "Counts.", TaskEffect.Read, 1), (descriptor.Name, descriptor.Description, descriptor.Effect, descriptor.Version));
        Assert.Equal((typeof(Image), typeof(int)), (descriptor.InputType, descriptor.OutputType));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("naïve")]
    [InlineData("a/b")]
    public void For_AnIllFormedName_NamesIt(string name)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => Describe(name: name));

        Assert.Contains($"'{name}'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("A-Z a-z 0-9 _ -", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void For_ANameOf65Characters_IsRefusedAndOneOf64IsNot()
    {
        Assert.Equal(64, Describe(name: new string('a', 64)).Name.Length);
        Assert.Throws<ArgumentException>(() => Describe(name: new string('a', 65)));
    }

    [Fact]
    public void For_NoNameNoHandlerNoDescription_IsRefused()
    {
        Assert.Throws<ArgumentNullException>("name", () => Describe(name: null!));
        Assert.Throws<ArgumentNullException>("description", () => TaskDescriptor.For("a", null!, (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)));
        Assert.Throws<ArgumentNullException>("handler", () => TaskDescriptor.For<None, int>("a", "A.", null!));
    }

    public static TheoryData<string, Action<TaskTypeOptions>> OutOfRange => new()
    {
        { "effect", options => options.Effect = (TaskEffect)17 },
        { "timeout", options => options.Timeout = TimeSpan.Zero },
        { "timeout", options => options.Timeout = TimeSpan.FromSeconds(-1) },
        { "timeout", options => options.Timeout = TimeSpan.MaxValue },
        { "attempts", options => options.Retry.MaxAttempts = 0 },
        { "retry delay", options => options.Retry.Delay = TimeSpan.FromTicks(-1) },
        { "longest retry delay", options => options.Retry.MaxDelay = TimeSpan.FromMilliseconds(999) },
        { "longest retry delay", options => options.Retry.MaxDelay = TimeSpan.MaxValue },
        { "jitter", options => options.Retry.Jitter = -0.01 },
        { "jitter", options => options.Retry.Jitter = 1.01 },
        { "jitter", options => options.Retry.Jitter = double.NaN },
        { "retry rule", options => options.Retry.ShouldRetry = null! },
        { "resources", options => options.Resources = null! },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void For_AnOptionOutOfRange_NamesTaskTypeAndOption(string option, Action<TaskTypeOptions> configure)
    {
        ArgumentException ofDelegate = Assert.Throws<ArgumentException>(() => Describe(configure: configure));
        ArgumentException ofClass = Assert.Throws<ArgumentException>(() => TaskDescriptor.Of<Nothing>(configure));

        Assert.Contains("'work'", ofDelegate.Message, StringComparison.Ordinal);
        Assert.Contains("'nothing'", ofClass.Message, StringComparison.Ordinal);
        Assert.Contains(option, ofDelegate.Message, StringComparison.Ordinal);
        Assert.Contains(option, ofClass.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void For_OptionsAtTheEndsOfTheirRanges_AreTaken() => Describe(configure: options =>
    {
        options.Timeout = TimeSpan.FromDays(30);
        options.Retry.MaxAttempts = 10_000;
        options.Retry.Delay = TimeSpan.Zero;
        options.Retry.MaxDelay = TimeSpan.Zero;
        options.Retry.Jitter = 1;
    });

    [Fact]
    public void None_HasOneValue() => Assert.Same(None.Value, None.Value);

    private static TaskDescriptor Describe(string name = "work", Action<TaskTypeOptions>? configure = null) =>
        TaskDescriptor.For(name, "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value), configure);

    private sealed record Image(string Path);

    [TaskType("resize_image", Description = "Resizes an image.", Effect = TaskEffect.Pure, Version = 3)]
    [RequiresResource("memory", 512)]
    [RequiresResource("gpu", 1)]
    private sealed class Resize : ITaskHandler<Image, int>
    {
        public ValueTask<int> ExecuteAsync(Image input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(1);
    }

    [TaskType("nothing")]
    private class Nothing : ITaskHandler<None, None>
    {
        public ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(None.Value);
    }

    private sealed class Inheriting : Nothing;

    private sealed class Unmarked : ITaskHandler<None, None>
    {
        public ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(None.Value);
    }

    [TaskType("two words")]
    private sealed class IllNamed : ITaskHandler<None, None>
    {
        public ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(None.Value);
    }

    [TaskType("zero")]
    [RequiresResource("gpu", 0)]
    private sealed class NeedsZero : ITaskHandler<None, None>
    {
        public ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(None.Value);
    }

    [TaskType("twice")]
    [RequiresResource("gpu", 1)]
    [RequiresResource("gpu", 2)]
    private sealed class NeedsTwice : ITaskHandler<None, None>
    {
        public ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(None.Value);
    }
}
