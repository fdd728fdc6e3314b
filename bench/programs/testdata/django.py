"""The programs of package programs for Django 5, in an app named bench."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db import connection, models, transaction
from django.db.models import Count, F, Q, Sum

BEST_SQL = """SELECT a.username, max(p.hits) AS hits FROM bench_post p JOIN bench_author a ON a.id = p.author_id
    WHERE p.hits >= %s GROUP BY a.username ORDER BY a.username"""


class Author(models.Model):
    name = models.CharField(max_length=100)
    username = models.CharField(max_length=50, unique=True)

    class Meta:
        app_label = "bench"


class Topic(models.Model):
    name = models.CharField(max_length=50, unique=True)

    class Meta:
        app_label = "bench"


class Post(models.Model):
    title = models.CharField(max_length=200)
    slug = models.CharField(max_length=200, unique=True)
    body = models.TextField()
    author = models.ForeignKey(Author, on_delete=models.PROTECT)
    published = models.DateTimeField(db_index=True)
    hits = models.BigIntegerField()
    pinned = models.BooleanField()
    note = models.TextField(null=True)
    topics = models.ManyToManyField(Topic)

    class Meta:
        app_label = "bench"


@dataclass
class Best:
    username: str
    hits: int


def by_key(id):
    return Post.objects.get(pk=id)


def one_or_none(slug):
    return Post.objects.filter(slug=slug).first()


def newest():
    return list(Post.objects.order_by("-published")[:10])


def with_relations():
    return list(Post.objects.order_by("id").select_related("author").prefetch_related("topics"))


def by_author(username):
    return list(Post.objects.filter(author__username=username).order_by("id"))


def by_topics(*names):
    return list(Post.objects.filter(topics__name__in=names).distinct().order_by("id"))


def or_not(hits, title):
    return list(Post.objects.filter(Q(pinned=True) | Q(hits__gte=hits), ~Q(title=title)).order_by("id"))


def filters(username, hits):
    q = Post.objects.order_by("id")
    if username:
        q = q.filter(author__username=username)
    if hits > 0:
        q = q.filter(hits__gte=hits)
    return list(q)


def show():
    posts = Post.objects.order_by("id").select_related("author").prefetch_related("topics")
    return [f"{p.title} by {p.author.name}, {len(p.topics.all())}" for p in posts]


def create(name, username):
    # snippet: create-django
    return Author.objects.create(name=name, username=username)
    # end snippet


def create_post(draft):
    Post.objects.create(title=draft.title, slug=draft.slug, body=draft.body, author_id=draft.author_id,
                        published=draft.published, hits=draft.hits, pinned=draft.pinned)


def change(id, title, hits):
    # snippet: change-django
    Post(pk=id, title=title, hits=hits).save(update_fields=["title", "hits"])
    # end snippet


def count_up(id):
    Post.objects.filter(pk=id).update(hits=F("hits") + 1)


def delete_few(hits):
    return Post.objects.filter(hits__lt=hits).delete()[1].get("bench.Post", 0)


def get_or_create(name):
    # snippet: get-or-create-django
    return Topic.objects.get_or_create(name=name)
    # end snippet


def count_per_group():
    return list(Post.objects.values("author").annotate(posts=Count("*"), sum=Sum("hits")).order_by("author"))


def slugs():
    return list(Post.objects.order_by("slug").values_list("slug", flat=True))


def hand_over(old, new):
    # snippet: transaction-django
    with transaction.atomic():
        Post.objects.filter(author=old).update(author=new)
        Author.objects.filter(pk=old).delete()
    # end snippet


def page(number, size):
    # snippet: page-django
    page = Paginator(Post.objects.order_by("id"), size).page(number)
    return list(page.object_list), page.paginator.num_pages
    # end snippet


def plain_sql(hits):
    with connection.cursor() as cursor:
        cursor.execute(BEST_SQL, [hits])
        return [Best(*row) for row in cursor]
