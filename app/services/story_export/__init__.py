"""Stories as files that a site can read back (stories/README.md): as their delegations write them now, with the images, without a word about accounts."""

from app.services.story_export.exporting import StoriesAsFiles, export_stories, export_story

__all__ = ["StoriesAsFiles", "export_stories", "export_story"]
